import type { Actor } from '@rollcall/service-kit/actor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from './testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let admin: Actor;

beforeAll(async () => {
  access = await startRolePermissionUnderTest();
  admin = await access.person();
});
afterAll(() => access.stop());

it('a service whose log lost what it had taken from it says so, until it is started anew', async () => {
  expect(await access.service.readiness()).toMatchObject({ database: 'ok', log: 'ok' });

  // As after a failover to a database that had not got the newest events yet.
  await access.create(admin, 'lost');
  await access.database.owner`delete from role_permission.events where subject = 'lost'`;
  await expect.poll(() => access.service.readiness(), { timeout: 5_000 }).toMatchObject({ log: 'unavailable' });
  expect(await access.check(admin.userId, 'admin')).toBe(503);
  const asked = await access.call({ method: 'GET', path: '/internal/readiness' });
  expect(asked.body).toMatchObject({ ready: false, dependencies: { database: 'ok', log: 'unavailable' } });

  const restarted = await access.startReplica();
  expect(await restarted.readiness()).toMatchObject({ log: 'ok' });
  expect(await access.check(admin.userId, 'admin', restarted)).toBe(true);
});
