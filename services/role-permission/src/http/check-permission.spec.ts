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

const path = '/internal/permission-checks';

describe('200', () => {
  it('says yes for what is held, and at which revision', async () => {
    const ben = await access.person();
    const { body } = await access.grant(admin, ben, 'users.read');
    const asked = { userId: ben.userId, permission: 'users.read' };
    const answer = await access.call({ method: 'POST', path, from: 'auth', body: asked });
    expect(answer).toMatchObject({ status: 200, body: { granted: true, revision: body.revision } });
  });

  it('says no for unknown people and unknown permissions', async () => {
    expect(await access.check(somebody().userId, 'users.read')).toBe(false);
    expect(await access.check((await access.person()).userId, 'nothing')).toBe(false);
    expect(await access.check(admin.userId, 'nothing')).toBe(false);
  });
});

describe('400', () => {
  it('refuses names that are none', async () => {
    const permissions = ['', '__proto__ ', 'a b'];
    for (const permission of permissions) expect(await access.check(admin.userId, permission)).toBe(400);
  });
});

describe('403', () => {
  it('is not for the operator’s tools, nor for anyone unsigned', async () => {
    const body = { userId: admin.userId, permission: 'admin' };
    expect((await access.call({ method: 'POST', path, from: 'operator', body })).status).toBe(403);
    const unsigned = new Request(`http://role-permission${path}`, { method: 'POST', body: JSON.stringify(body) });
    expect((await access.service.fetch(unsigned)).status).toBe(403);
  });
});
