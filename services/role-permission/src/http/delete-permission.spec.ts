import type { Actor } from '@rollcall/service-kit/actor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let admin: Actor;

beforeAll(async () => {
  access = await startRolePermissionUnderTest();
  admin = await access.person();
});
afterAll(() => access.stop());

const remove = (name: string, actor = admin) =>
  access.call({ method: 'DELETE', path: `/v1/permissions/${name}`, actor });

describe('200', () => {
  it('takes the permission from everybody by the same command, and the next check says so', async () => {
    const ben = await access.person();
    await access.create(admin, 'reports.read');
    await access.grant(admin, ben, 'reports.read');
    const answer = await remove('reports.read');
    expect(answer).toEqual({
      status: 200,
      body: { revision: expect.any(Number) },
      revision: `1-${answer.body.revision}`,
    });
    expect(await access.check(ben.userId, 'reports.read')).toBe(false);
    expect((await access.eventsAbout(ben.userId)).at(-1)?.type).toBe('permission.revoked');
  });

  it('one made anew under the name is held by nobody who held the old one', async () => {
    const ben = await access.person();
    await access.create(admin, 'again');
    await access.grant(admin, ben, 'again');
    await remove('again');
    await access.create(admin, 'again');
    expect(await access.check(ben.userId, 'again')).toBe(false);
  });
});

describe('403', () => {
  it('takes nothing from people by deleting it that could not be taken from them by revoking it', async () => {
    const [manager, ben] = [await access.person(), await access.person()];
    await access.grant(admin, manager, 'permissions.manage');
    await access.create(admin, 'payroll');
    await access.grant(admin, ben, 'payroll');
    expect(await remove('payroll', manager)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await access.check(ben.userId, 'payroll')).toBe(true);

    await access.revoke(admin, ben, 'payroll');
    expect((await remove('payroll', manager)).status).toBe(200);
  });
});

describe('404', () => {
  it('a missing one and one that the caller may not delete are the same answer', async () => {
    await access.create(admin, 'kept');
    const missing = await remove('nothing');
    expect(missing.status).toBe(404);
    expect(await remove('kept', await access.person())).toEqual(missing);
    expect(await access.eventsAbout('kept')).toHaveLength(1);
  });
});

describe('409', () => {
  it('deletes nothing that is part of the product', async () => {
    expect(await remove('users.read')).toMatchObject({ status: 409, body: { code: 'permission_protected' } });
  });
});
