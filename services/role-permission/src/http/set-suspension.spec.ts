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
  it('denies everything at once, and gives back what was held, in the name of whoever asked', async () => {
    const ben = await access.person();
    await access.grant(admin, ben, 'users.read');
    expect(await access.suspend(ben, true, admin.userId)).toMatchObject({ status: 200 });
    expect(await access.check(ben.userId, 'users.read')).toBe(false);
    expect((await access.eventsAbout(ben.userId)).at(-1)).toEqual({
      type: 'user.suspended',
      actor: admin.userId,
      data: {},
    });
    expect((await access.suspend(ben, false)).status).toBe(200);
    expect(await access.check(ben.userId, 'users.read')).toBe(true);
  });

  it('twice is once', async () => {
    const ben = await access.person();
    const once = await access.suspend(ben);
    expect(await access.suspend(ben)).toEqual(once);
    expect(await access.eventsAbout(ben.userId)).toHaveLength(2);
  });
});

describe('400', () => {
  it('wants to know who asked', async () => {
    const ben = await access.person();
    expect((await access.suspend(ben, true, '')).status).toBe(400);
  });
});

describe('403', () => {
  it('takes the word of deactivation only', async () => {
    const path = `/internal/users/${admin.userId}/suspension`;
    const body = { suspended: true, actor: admin.userId };
    for (const from of ['gateway', 'registration', 'auth'] as const) {
      expect((await access.call({ method: 'PUT', path, from, actor: admin, body })).status).toBe(403);
    }
  });
});

describe('403 of the person who asked', () => {
  it('neither shuts an administrator out nor lets one back in for somebody who is none', async () => {
    const [manager, other] = [await access.person(), await access.person()];
    await access.grant(admin, manager, 'users.manage');
    await access.grant(admin, other, 'admin');
    const refused = { status: 403, body: { code: 'forbidden' } };
    expect(await access.suspend(other, true, manager.userId)).toMatchObject(refused);
    await access.suspend(other, true, admin.userId);
    expect(await access.suspend(other, false, manager.userId)).toMatchObject(refused);
    expect(await access.check(other.userId, 'users.read')).toBe(false);
    expect((await access.suspend(other, false, admin.userId)).status).toBe(200);
    await access.revoke(admin, other, 'admin');
  });
});

describe('404', () => {
  it('knows nobody who was never enrolled', async () => {
    for (const suspended of [true, false]) expect((await access.suspend(somebody(), suspended)).status).toBe(404);
  });
});

describe('409', () => {
  it('does not suspend the last administrator', async () => {
    expect(await access.suspend(admin)).toMatchObject({ status: 409, body: { code: 'last_admin' } });
    expect(await access.check(admin.userId, 'admin')).toBe(true);
  });
});
