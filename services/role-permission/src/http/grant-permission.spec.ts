import type { Actor } from '@rollcall/service-kit/actor';
import { somebody } from '@rollcall/testing/service-under-test';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let admin: Actor;
let ben: Actor;

beforeAll(async () => {
  access = await startRolePermissionUnderTest();
  admin = await access.person();
});
afterAll(() => access.stop());
beforeEach(async () => {
  ben = await access.person();
});

const fromNow = (milliseconds: number): string => new Date(Date.now() + milliseconds).toISOString();

describe('200', () => {
  it('the very next check says that the person holds it', async () => {
    for (let n = 0; n < 20; n++) {
      const person = await access.person();
      const answer = await access.grant(admin, person, 'users.read');
      expect(answer).toEqual({
        status: 200,
        body: { revision: expect.any(Number) },
        revision: `1-${answer.body.revision}`,
      });
      expect(await access.check(person.userId, 'users.read')).toBe(true);
    }
  });

  it('a grant that is there already is no event', async () => {
    await access.grant(admin, ben, 'users.read');
    const before = await access.eventsAbout(ben.userId);
    expect((await access.grant(admin, ben, 'users.read')).status).toBe(200);
    expect(await access.eventsAbout(ben.userId)).toEqual(before);
  });

  it('the newest validUntil counts, null and none for good', async () => {
    for (const body of [{ validUntil: fromNow(60_000) }, { validUntil: null }, { validUntil: fromNow(90_000) }, {}]) {
      expect((await access.grant(admin, ben, 'users.read', body)).status).toBe(200);
    }
    expect((await access.eventsAbout(ben.userId)).at(-1)?.data).toMatchObject({ after: { validUntil: null } });
  });

  it('ends at its time, whenever the log comes to say so', async () => {
    const ends = Date.now() + 400;
    await access.grant(admin, ben, 'users.read', { validUntil: new Date(ends).toISOString() });
    const before = await access.eventsAbout(ben.userId);
    await vi.waitUntil(() => Date.now() >= ends, { interval: 5 });
    expect(await access.check(ben.userId, 'users.read')).toBe(false);
    const { body } = await access.call({ method: 'GET', path: '/v1/users/me/permissions', actor: ben });
    expect(body.items).toEqual([]);
    const ended = expect.objectContaining({
      type: 'permission.revoked',
      data: expect.objectContaining({ expired: true }),
    });
    await vi.waitFor(async () => expect(await access.eventsAbout(ben.userId)).toEqual([...before, ended]), {
      timeout: 10_000,
      interval: 50,
    });
  });

  it('takes the body or leaves it out', async () => {
    expect((await access.grant(admin, ben, 'users.read', {})).status).toBe(200);
    expect((await access.grant(admin, ben, 'users.manage')).status).toBe(200);
  });
});

describe('400', () => {
  it('refuses an end that lies in the past, or is none, and says where', async () => {
    for (const validUntil of [fromNow(-1), '1970-01-01T00:00:00Z', '2999-01-01T00:00:00+01:00', 'soon', 7]) {
      const answer = await access.grant(admin, ben, 'users.read', { validUntil });
      expect(answer).toMatchObject({
        status: 400,
        body: { code: 'invalid_input', errors: [{ pointer: '/body/validUntil' }] },
      });
    }
    expect(await access.check(ben.userId, 'users.read')).toBe(false);
  });
});

describe('403', () => {
  it('nobody gives what they do not hold', async () => {
    const granter = await access.person();
    await access.grant(admin, granter, 'permissions.grant');
    for (const permission of ['users.read', 'admin']) {
      expect(await access.grant(granter, ben, permission)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      expect(await access.check(ben.userId, permission)).toBe(false);
    }
    expect(await access.grant(granter, granter, 'admin')).toMatchObject({ status: 403 });
  });

  it('nobody makes a right for a time one for good, and is told until when it may be given', async () => {
    const substitute = await access.person();
    const validUntil = fromNow(60_000);
    await access.grant(admin, substitute, 'admin', { validUntil });
    for (const body of [undefined, { validUntil: null }, { validUntil: fromNow(90_000) }]) {
      expect(await access.grant(substitute, substitute, 'admin', body)).toMatchObject({
        status: 403,
        body: { code: 'forbidden', detail: expect.stringContaining(validUntil) },
      });
    }
    expect(await access.revoke(substitute, admin, 'admin')).toMatchObject({ status: 403 });
    expect((await access.grant(substitute, ben, 'users.read', { validUntil })).status).toBe(200);
    await access.revoke(admin, ben, 'users.read');
  });
});

describe('404', () => {
  it('an unknown person, an unknown permission and a right that is lacking are the same answer', async () => {
    const unknown = await access.grant(admin, somebody(), 'users.read');
    expect(unknown).toMatchObject({ status: 404, body: { code: 'not_found' }, revision: null });
    expect(await access.grant(admin, ben, 'nothing')).toEqual(unknown);
    expect(await access.grant(ben, ben, 'users.read')).toEqual(unknown);
    expect(await access.grant(ben, somebody(), 'nothing')).toEqual(unknown);
    expect(await access.check(ben.userId, 'users.read')).toBe(false);
  });

  it('a suspended granter is one without rights', async () => {
    const cleo = await access.person();
    await access.grant(admin, cleo, 'admin');
    await access.suspend(cleo);
    expect((await access.grant(cleo, ben, 'users.read')).status).toBe(404);
  });
});

describe('409', () => {
  it('gives a suspended person nothing', async () => {
    await access.suspend(ben);
    const answer = await access.grant(admin, ben, 'users.read');
    expect(answer).toMatchObject({ status: 409, body: { code: 'user_suspended' } });
  });

  it('puts no end to the last administrator', async () => {
    const answer = await access.grant(admin, admin, 'admin', { validUntil: fromNow(60_000) });
    expect(answer).toMatchObject({ status: 409, body: { code: 'last_admin' } });
  });
});
