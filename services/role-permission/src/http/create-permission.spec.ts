import type { Actor } from '@rollcall/service-kit/actor';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let admin: Actor;

beforeAll(async () => {
  access = await startRolePermissionUnderTest();
  admin = await access.person();
});
afterAll(() => access.stop());

const create = (name: string, { actor = admin, key = '', description = 'x', path = '/v1/permissions' } = {}) =>
  access.call({
    method: 'POST',
    path,
    actor,
    body: { name, description },
    headers: key === '' ? {} : { 'idempotency-key': key },
  });
const remove = (name: string) => access.call({ method: 'DELETE', path: `/v1/permissions/${name}`, actor: admin });

describe('201', () => {
  it('defines a permission, under both names of the operation, and tells the revision', async () => {
    for (const [name, path] of [
      ['one.read', '/v1/permissions'],
      ['two.read', '/permissions/create'],
    ] as const) {
      const answer = await create(name, { path });
      const { revision } = answer.body;
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({ id: name, name, description: 'x', builtIn: false, revision: expect.any(Number) });
      expect(answer.revision).toBe(`1-${revision}`);
      expect(await access.eventsAbout(name)).toEqual([
        { type: 'permission.created', actor: admin.userId, data: { name, description: 'x' } },
      ]);
    }
  });

  it('can be granted as soon as it is answered', async () => {
    const ben = await access.person();
    await create('at-once');
    expect((await access.grant(admin, ben, 'at-once')).status).toBe(200);
  });

  it('answers a repeated key as the first time, with one event', async () => {
    const first = await create('keyed', { key: 'k1' });
    expect(await create('keyed', { key: 'k1' })).toEqual(first);
    expect(await access.eventsAbout('keyed')).toHaveLength(1);
  });

  it('does one thing for many requests of one key at once', async () => {
    const statuses: number[] = [];
    const ask = async () => {
      const answer = await create('crowded', { key: 'k2' });
      statuses.push(answer.status);
      return answer;
    };
    let answering: ReturnType<typeof ask>[] = [];
    await access.database.owner.begin(async (sql) => {
      // The one that goes first cannot end before all others were answered.
      await sql`lock table role_permission.events in share mode`;
      answering = Array.from({ length: 8 }, ask);
      await vi.waitFor(() => expect(statuses).toEqual(Array(7).fill(409)), 10_000);
    });
    const answers = await Promise.all(answering);
    const refused = answers.filter(({ body }) => body.code === 'request_in_progress');
    expect(refused).toHaveLength(7);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await access.eventsAbout('crowded')).toHaveLength(1);
  });

  it('recognizes a key whose first attempt was given up and landed all the same', async () => {
    const first = await create('landed', { key: 'k3' });
    // The process died between the commit and the answer.
    await access.database.owner`delete from role_permission.idempotency_keys`;
    expect(await create('landed', { key: 'k3' })).toEqual(first);
    expect(await access.eventsAbout('landed')).toHaveLength(1);
  });

  const aDayGoesBy = async () => {
    await access.database.owner`update role_permission.idempotency_keys set claimed_at = now() - interval '25 hours'`;
    // All but the newest, by whose time the service knows that it reads the log that it knows.
    await access.database.owner`update role_permission.events set at = at - interval '25 hours'
      where position < (select max(position) from role_permission.events)`;
  };

  it('takes a key whose day is over for a new one', async () => {
    await create('renewed', { key: 'k4' });
    await remove('renewed');
    await aDayGoesBy();
    expect((await create('renewed', { key: 'k4' })).status).toBe(201);
    expect((await access.eventsAbout('renewed')).at(-1)).toMatchObject({ type: 'permission.created' });
    // And once more with another body: that is not the command that the log remembers.
    await remove('renewed');
    await aDayGoesBy();
    expect(await create('admin', { key: 'k4' })).toMatchObject({ status: 409, body: { code: 'permission_exists' } });
  });

  it('keeps the keys of two callers apart', async () => {
    const ben = await access.person();
    await access.grant(admin, ben, 'permissions.manage');
    expect((await create('mine', { key: 'k5' })).status).toBe(201);
    expect((await create('theirs', { key: 'k5', actor: ben })).status).toBe(201);
  });
});

describe('400', () => {
  it('refuses values that are none and says where', async () => {
    // No URL reaches the dots, and events about a user's id are that user's.
    const reserved = ['.', '..', admin.userId, admin.userId.toUpperCase()];
    for (const name of ['', 'a b', 'ä', 'x'.repeat(101), ...reserved]) {
      const answer = await create(name);
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/body/name' }] } });
    }
    for (const description of ['', 'a\u0000b', '\ud800', 'x'.repeat(501)]) {
      const answer = await create('fine', { description });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/body/description' }] } });
    }
  });
});

describe('401', () => {
  it('defines nothing for whoever is not signed in, whatever user the body names', async () => {
    const body = { name: 'forged', description: 'x' };
    for (const extra of [{}, { userId: admin.userId }, { sub: admin.userId }]) {
      const request = { method: 'POST', path: '/v1/permissions', body: { ...body, ...extra } };
      expect((await access.call(request)).status).toBe(401);
    }
    expect(await access.eventsAbout('forged')).toEqual([]);
  });
});

describe('403', () => {
  it('defines nothing for whoever lacks permissions.manage', async () => {
    expect(await create('denied', { actor: await access.person() })).toMatchObject({ status: 403 });
    expect(await access.eventsAbout('denied')).toEqual([]);
  });
});

describe('409', () => {
  it('defines no name twice, and none that is built in', async () => {
    await create('taken');
    for (const name of ['taken', 'admin']) {
      expect(await create(name)).toMatchObject({ status: 409, body: { code: 'permission_exists' } });
    }
  });
});

describe('422', () => {
  it('refuses a key that came with another body', async () => {
    await create('first', { key: 'k6' });
    const answer = await create('second', { key: 'k6' });
    expect(answer).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    expect(await access.eventsAbout('second')).toEqual([]);
  });
});
