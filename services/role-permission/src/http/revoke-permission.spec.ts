import type { Actor } from '@rollcall/service-kit/actor';
import { somebody } from '@rollcall/testing/service-under-test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let admin: Actor;

beforeAll(async () => {
  access = await startRolePermissionUnderTest();
  admin = await access.person();
});
afterAll(() => access.stop());

describe('200', () => {
  it('the very next check says no, and so does the next request of the person', async () => {
    for (let n = 0; n < 20; n++) {
      const ben = await access.person();
      await access.grant(admin, ben, 'permissions.read');
      const answer = await access.revoke(admin, ben, 'permissions.read');
      expect(answer.revision).toBe(`1-${answer.body.revision}`);
      expect(await access.check(ben.userId, 'permissions.read')).toBe(false);
      const path = '/v1/permissions/users.read/holders';
      expect((await access.call({ method: 'GET', path, actor: ben })).status).toBe(404);
    }
  });

  it('no check that begins after the answer says yes, while many are under way', async () => {
    const ben = await access.person();
    await access.grant(admin, ben, 'users.read');
    let revoked = false;
    const wrong: unknown[] = [];
    const ask = async () => {
      const after = revoked;
      const granted = await access.check(ben.userId, 'users.read');
      if (after && granted !== false) wrong.push(granted);
    };
    const before = Array.from({ length: 50 }, ask);
    await access.revoke(admin, ben, 'users.read');
    revoked = true;
    await Promise.all([...before, ...Array.from({ length: 50 }, ask)]);
    expect(wrong).toEqual([]);
  });

  it('reaches every replica within the second that is promised', async () => {
    const replica = await access.startReplica();
    const ben = await access.person();
    await access.grant(admin, ben, 'users.read');
    await expect.poll(() => access.check(ben.userId, 'users.read', replica)).toBe(true);
    await access.revoke(admin, ben, 'users.read');
    await expect.poll(() => access.check(ben.userId, 'users.read', replica), { timeout: 1_000 }).toBe(false);
  });

  it('what nobody holds is taken without an event', async () => {
    const ben = await access.person();
    const before = await access.eventsAbout(ben.userId);
    expect((await access.revoke(admin, ben, 'users.read')).status).toBe(200);
    expect(await access.eventsAbout(ben.userId)).toEqual(before);
  });
});

describe('403', () => {
  it('nobody takes what they do not hold', async () => {
    const granter = await access.person();
    await access.grant(admin, granter, 'permissions.grant');
    expect(await access.revoke(granter, admin, 'admin')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await access.check(admin.userId, 'admin')).toBe(true);
  });
});

describe('404', () => {
  it('an unknown person, an unknown permission and a right that is lacking are the same answer', async () => {
    const ben = await access.person();
    const unknown = await access.revoke(admin, somebody(), 'users.read');
    expect(unknown).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await access.revoke(admin, ben, 'nothing')).toEqual(unknown);
    expect(await access.revoke(ben, admin, 'admin')).toEqual(unknown);
  });
});

describe('409', () => {
  it('of two administrators who revoke each other at once one is left', async () => {
    const other = await access.person();
    await access.grant(admin, other, 'admin');
    const answers = await Promise.all([access.revoke(admin, other, 'admin'), access.revoke(other, admin, 'admin')]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const left = (await access.check(admin.userId, 'admin')) ? admin : other;
    expect(await access.check(left.userId, 'admin')).toBe(true);
    expect(await access.revoke(left, left, 'admin')).toMatchObject({ status: 409, body: { code: 'last_admin' } });
    expect(await access.check(left.userId, 'admin')).toBe(true);
  });
});
