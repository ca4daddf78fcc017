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

const read = (name: string, actor: Actor) => access.call({ method: 'GET', path: `/v1/permissions/${name}`, actor });

describe('200', () => {
  it('shows one that is built in and one that was made', async () => {
    await access.create(admin, 'reports.read');
    const made = { name: 'reports.read', description: 'May reports.read', builtIn: false };
    expect((await read('reports.read', admin)).body).toEqual(made);
    expect((await read('users.read', admin)).body).toMatchObject({ name: 'users.read', builtIn: true });
  });
});

describe('404', () => {
  it('a missing one and one that the caller may not read are the same answer', async () => {
    const missing = await read('nothing', admin);
    expect(missing).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await read('users.read', await access.person())).toEqual(missing);
  });
});
