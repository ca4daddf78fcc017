import type { Actor } from '@rollcall/service-kit/actor';
import { newServiceAccountId } from '@rollcall/service-kit/identity';
import { somebody } from '@rollcall/testing/service-under-test';
import { userId } from '@rollcall/types/ids';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
beforeEach(async () => {
  access = await startRolePermissionUnderTest();
});
afterEach(() => access.stop());

/** A program, as it calls by a key that is good for everything. */
const program = (): Actor => ({ ...somebody(), userId: userId.parse(newServiceAccountId()) });

const ask = ({ userId }: Actor, part = '', from: 'auth' | 'registration' = 'auth') =>
  access.call({ method: 'PUT', path: `/internal/service-accounts/${userId}${part}`, from });

describe('a service account', () => {
  it('is there to be given rights, once, and is denied all of them when it is removed', async () => {
    const admin = await access.person();
    const bot = program();
    expect(await ask(bot)).toMatchObject({ status: 200, body: { enrolled: true } });
    expect(await ask(bot)).toMatchObject({ status: 200, body: { enrolled: false } });
    await access.grant(admin, bot, 'users.read');
    expect(await access.check(bot.userId, 'users.read')).toBe(true);
    expect(await ask(bot, '/suspension')).toMatchObject({ status: 200 });
    expect(await access.check(bot.userId, 'users.read')).toBe(false);
    expect((await access.eventsAbout(bot.userId)).at(-1)).toMatchObject({
      type: 'user.suspended',
      actor: 'service:auth',
    });
  });

  it('never becomes the first administrator by being the first to come', async () => {
    const bot = program();
    await ask(bot);
    expect(await access.check(bot.userId, 'admin')).toBe(false);
    expect(await access.check((await access.person()).userId, 'admin')).toBe(true);
  });

  it('409: stays where it is the last admin of an organization', async () => {
    await access.person();
    const bot = program();
    await ask(bot);
    const founded = await access.call({ method: 'POST', path: '/v1/organizations', actor: bot, body: { name: 'x' } });
    expect(founded.status).toBe(201);
    expect(await ask(bot, '/suspension')).toMatchObject({ status: 409, body: { code: 'last_admin' } });
  });

  it('409: is never the last administrator: a person stays', async () => {
    const admin = await access.person();
    const bot = program();
    await ask(bot);
    await access.grant(admin, bot, 'admin');
    const path = `/v1/users/${admin.userId}/permissions/admin`;
    expect(await access.call({ method: 'DELETE', path, actor: admin })).toMatchObject({
      status: 409,
      body: { code: 'last_admin' },
    });
  });

  it('404: is suspended and let in again by auth alone, not as a person is', async () => {
    const admin = await access.person();
    const bot = program();
    await ask(bot);
    await ask(bot, '/suspension');
    expect(await access.suspend(bot, false, admin.userId)).toMatchObject({ status: 404 });
    expect(await access.suspend(bot, true, admin.userId)).toMatchObject({ status: 404 });
  });

  it('403: is added and removed by auth alone', async () => {
    expect((await ask(somebody())).status).toBe(400);
    expect((await ask(program(), '', 'registration')).status).toBe(403);
    expect((await ask(program(), '/suspension', 'registration')).status).toBe(403);
  });
});
