import type { Actor } from '@rollcall/service-kit/actor';
import { somebody } from '@rollcall/testing/service-under-test';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
beforeEach(async () => {
  access = await startRolePermissionUnderTest();
});
afterEach(() => access.stop());

const ask = ({ userId }: Actor, part = '', from: 'auth' | 'registration' = 'auth') =>
  access.call({ method: 'PUT', path: `/internal/service-accounts/${userId}${part}`, from });

describe('a service account', () => {
  it('is there to be given rights, once, and is denied all of them when it is removed', async () => {
    const admin = await access.person();
    const program = somebody();
    expect(await ask(program)).toMatchObject({ status: 200, body: { enrolled: true } });
    expect(await ask(program)).toMatchObject({ status: 200, body: { enrolled: false } });
    await access.grant(admin, program, 'users.read');
    expect(await access.check(program.userId, 'users.read')).toBe(true);
    expect(await ask(program, '/suspension')).toMatchObject({ status: 200 });
    expect(await access.check(program.userId, 'users.read')).toBe(false);
    expect((await access.eventsAbout(program.userId)).at(-1)).toMatchObject({
      type: 'user.suspended',
      actor: 'service:auth',
    });
  });

  it('never becomes the first administrator by being the first to come', async () => {
    const program = somebody();
    await ask(program);
    expect(await access.check(program.userId, 'admin')).toBe(false);
    expect(await access.check((await access.person()).userId, 'admin')).toBe(true);
  });

  it('409: stays where it is the last admin of an organization, or the last administrator', async () => {
    const admin = await access.person();
    const program = somebody();
    await ask(program);
    const founded = await access.call({
      method: 'POST',
      path: '/v1/organizations',
      actor: program,
      body: { name: 'x' },
    });
    expect(founded.status).toBe(201);
    expect(await ask(program, '/suspension')).toMatchObject({ status: 409, body: { code: 'last_admin' } });
    expect(await ask(admin, '/suspension')).toMatchObject({ status: 409, body: { code: 'last_admin' } });
  });

  it('403: is added and removed by auth alone', async () => {
    expect((await ask(somebody(), '', 'registration')).status).toBe(403);
    expect((await ask(somebody(), '/suspension', 'registration')).status).toBe(403);
  });
});
