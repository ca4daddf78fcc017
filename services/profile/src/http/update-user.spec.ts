import { somebody } from '@rollcall/testing/service-under-test';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ProfileUnderTest, startProfileUnderTest } from '../testing/profile-under-test.ts';

let profile: ProfileUnderTest;
let ada = somebody();
const manager = somebody();

beforeAll(async () => {
  profile = await startProfileUnderTest();
  profile.grant(manager, 'users.manage');
});
afterAll(() => profile.stop());

beforeEach(async () => {
  ada = somebody();
  await profile.enrol(ada, 'ada', { firstName: 'Ada', lastName: 'Lovelace' });
});

interface Options {
  readonly actor?: typeof ada | null;
  readonly of?: string;
  readonly ifMatch?: string;
  readonly key?: string;
}

const update = (body: unknown, options: Options = {}) =>
  profile.call({
    method: 'PATCH',
    path: `/v1/users/${options.of ?? ada.userId}`,
    actor: options.actor === undefined ? ada : options.actor,
    body,
    headers: {
      ...(options.ifMatch === undefined ? {} : { 'if-match': options.ifMatch }),
      ...(options.key === undefined ? {} : { 'idempotency-key': options.key }),
    },
  });

const changesOf = async (person: typeof ada) =>
  (await profile.eventsAbout(person)).filter(({ type }) => type === 'profile.updated');

describe('200', () => {
  it('changes what the patch names, clears what it says is null, leaves the rest', async () => {
    const answer = await update({ firstName: 'Augusta', lastName: null, gender: 'female' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).toBe('"2"');
    expect(await answer.json()).toMatchObject({
      firstName: 'Augusta',
      lastName: null,
      gender: 'female',
      email: 'ada@example.com',
    });
  });

  it('tells of the changed fields only, before and after, and who did it', async () => {
    await update({ firstName: 'Augusta', lastName: 'Lovelace' }, { actor: manager });
    expect(await changesOf(ada)).toEqual([
      expect.objectContaining({
        actor: manager.userId,
        data: { version: 2, fields: ['firstName'] },
        personal: { before: { firstName: 'Ada' }, after: { firstName: 'Augusta' } },
      }),
    ]);
  });

  it('keeps the version and tells nothing when nothing changes', async () => {
    const answer = await update({ firstName: 'Ada' });
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(await changesOf(ada)).toEqual([]);
  });

  it('takes the version it was given', async () => {
    expect((await update({ firstName: 'Augusta' }, { ifMatch: '"1"' })).status).toBe(200);
    expect((await update({ firstName: 'Ada' }, { ifMatch: '*' })).status).toBe(200);
  });

  it('a repetition under the same Idempotency-Key is told what the first one was, whatever happened since', async () => {
    const asked = { ifMatch: '"1"', key: 'once' };
    const first = await update({ firstName: 'Augusta' }, asked);
    await update({ firstName: 'Somebody else' });
    const again = await update({ firstName: 'Augusta' }, asked);
    expect([again.status, again.headers.get('etag')]).toEqual([200, '"2"']);
    expect(await again.json()).toEqual(await first.json());
    expect(await changesOf(ada)).toHaveLength(2);
  });

  it('a stored answer is not given on the strength of rights that are lost, nor for another condition', async () => {
    const reader = somebody();
    for (const permission of ['users.manage', 'users.read']) profile.grant(reader, permission);
    const asked = { actor: reader, key: 'kept', ifMatch: '"1"' };
    expect(await (await update({ firstName: 'Augusta' }, asked)).json()).toHaveProperty('email');
    const elsewhere = await update({ firstName: 'Augusta' }, { ...asked, ifMatch: '"2"' });
    expect(elsewhere.status).toBe(422);
    profile.revoke(reader, 'users.read');
    const again = await update({ firstName: 'Augusta' }, asked);
    expect(again.status).toBe(422);
    expect(JSON.stringify(await again.json())).not.toContain('ada@example.com');
  });

  it('takes text of any script as it was sent', async () => {
    const description = 'Zahlen 👩🏽‍💻 и числа\n数';
    expect(await (await update({ description })).json()).toMatchObject({ description });
  });

  it('loses none of many unconditional changes at once', async () => {
    const patches = [{ firstName: 'A' }, { lastName: 'B' }, { description: 'C' }, { countryCode: 'GB' }];
    const answers = await Promise.all(patches.map((patch) => update(patch)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const kept = await profile.call({ method: 'GET', path: '/v1/users/me', actor: ada });
    expect(await kept.json()).toMatchObject(Object.assign({}, ...patches));
    expect((await changesOf(ada)).map(({ data }) => data.version)).toEqual([2, 3, 4, 5]);
  });

  it('shows a manager without users.read no more than before', async () => {
    expect(await (await update({ gender: 'male' }, { actor: manager })).json()).not.toHaveProperty('gender');
  });

  it('sets external ids for managers, and frees those that are taken away', async () => {
    const payroll = ada.userId.slice(-12);
    await update({ externalIds: { payroll, crm: payroll } }, { actor: manager });
    await update({ externalIds: { payroll: null } }, { actor: manager });
    const kept = await profile.call({ method: 'GET', path: '/v1/users/me', actor: ada });
    expect(await kept.json()).toMatchObject({ externalIds: { crm: payroll } });

    const other = somebody();
    await profile.enrol(other, 'other');
    const answer = await update({ externalIds: { payroll } }, { actor: manager, of: other.userId });
    expect(answer.status).toBe(200);
  });
});

describe('400', () => {
  it('refuses a gender that is not in the table and points at it', async () => {
    const answer = await update({ gender: 'martian' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_input', errors: [{ pointer: '/body/gender' }] });
  });

  it('refuses bad values, unknown fields and what is no patch', async () => {
    const bad = [
      { firstName: 'x'.repeat(51) },
      { firstName: 'A\u0000' },
      { firstName: '\ud800' },
      { firstName: 7 },
      { username: 'other' },
      { version: 9 },
      [],
      null,
    ];
    for (const body of bad) expect((await update(body)).status, JSON.stringify(body)).toBe(400);
  });

  it('refuses what can be no system, and more systems than fit', async () => {
    expect((await update({ externalIds: { 'Pay Roll': '1' } }, { actor: manager })).status).toBe(400);
    const many = Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`system${n}`, `${n}`]));
    expect((await update({ externalIds: many }, { actor: manager })).status).toBe(400);
  });
});

describe('401', () => {
  it('changes nothing for whoever is not signed in', async () => {
    expect((await update({ firstName: 'X' }, { actor: null })).status).toBe(401);
  });
});

describe('403', () => {
  it('does not let people set their own external ids, nor the rest of such a patch', async () => {
    const answer = await update({ firstName: 'Augusta', externalIds: { payroll: '1' } });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'forbidden' });
    expect(await changesOf(ada)).toEqual([]);
  });
});

describe('404', () => {
  it('answers others as if nobody were there', async () => {
    const stranger = somebody();
    const hidden = await update({ firstName: 'X' }, { actor: stranger });
    const missing = await update({ firstName: 'X' }, { actor: stranger, of: somebody().userId });
    expect([hidden.status, missing.status]).toEqual([404, 404]);
    const [one, other] = [Object(await hidden.json()), Object(await missing.json())];
    expect({ ...one, instance: '' }).toEqual({ ...other, instance: '' });
  });

  it('knows nobody by that id', async () => {
    expect((await update({ firstName: 'X' }, { actor: manager, of: somebody().userId })).status).toBe(404);
  });
});

describe('409', () => {
  it('gives an external id to one user only, and leaves the second as they were', async () => {
    const payroll = ada.userId.slice(-12);
    await update({ externalIds: { payroll } }, { actor: manager });
    const other = somebody();
    await profile.enrol(other, 'other');

    const answer = await update(
      { firstName: 'X', externalIds: { payroll, crm: payroll } },
      { actor: manager, of: other.userId },
    );
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ code: 'external_id_taken' });
    expect(await changesOf(other)).toEqual([]);
    const kept = await profile.call({ method: 'GET', path: '/v1/users/me', actor: other });
    expect(await kept.json()).toMatchObject({ firstName: null, externalIds: {} });
  });

  it('gives an external id that two want at once to one of them', async () => {
    const payroll = ada.userId.slice(-12);
    const people = [somebody(), somebody(), somebody()];
    await Promise.all(people.map((person) => profile.enrol(person)));
    const answers = await Promise.all(
      people.map((person) => update({ externalIds: { payroll } }, { actor: manager, of: person.userId })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  });
});

describe('412', () => {
  it('does not overwrite what has changed since it was read', async () => {
    await update({ firstName: 'Augusta' });
    const answer = await update({ firstName: 'Stale' }, { ifMatch: '"1"' });
    expect(answer.status).toBe(412);
    expect(await answer.json()).toMatchObject({ code: 'precondition_failed' });
    expect(await changesOf(ada)).toHaveLength(1);
  });

  it('lets one of many writers through who know the same version', async () => {
    const names = ['A', 'B', 'C', 'D', 'E'];
    const answers = await Promise.all(names.map((firstName) => update({ firstName }, { ifMatch: '"1"' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412]);
  });

  it('refuses a stale version even when nothing would change', async () => {
    expect((await update({ firstName: 'Ada' }, { ifMatch: '"7"' })).status).toBe(412);
  });
});
