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

it('a service whose log lost what it had taken from it is back by itself, in a new epoch', async () => {
  expect(await access.service.readiness()).toMatchObject({ database: 'ok', log: 'ok' });
  expect(await access.create(admin, 'kept')).toMatchObject({ status: 201, revision: '1-4' });

  // As after a failover to a database that had not got the newest events yet.
  await access.create(admin, 'lost');
  await access.database.owner`delete from role_permission.events where subject = 'lost'`;
  await expect
    .poll(() => access.create(admin, 'lost'), { timeout: 5_000 })
    .toMatchObject({ status: 201, revision: '2-5' });
  expect(await access.service.readiness()).toMatchObject({ log: 'ok' });
  expect(await access.check(admin.userId, 'admin')).toBe(true);
  expect(await access.eventsAbout('lost')).toHaveLength(1);

  const replica = await access.startReplica();
  expect(await replica.readiness()).toMatchObject({ log: 'ok' });
  expect(await access.check(admin.userId, 'admin', replica)).toBe(true);
});
