import { somebody } from '@rollcall/testing/service-under-test';
import { afterEach, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
afterEach(() => access.stop());

const developersMachine = { NODE_ENV: 'development', PUBLIC_URL: 'http://localhost:8080' };
const appoint = (userId: string, from: 'operator' | 'gateway' | 'registration' = 'operator') =>
  access.call({ method: 'PUT', path: `/internal/dev-admins/${userId}`, from });

describe('200', () => {
  it('makes an administrator on a developer’s machine, once', async () => {
    access = await startRolePermissionUnderTest({ variables: developersMachine });
    await access.person();
    const ben = await access.person();
    const once = await appoint(ben.userId);
    expect(once).toMatchObject({ status: 200, body: { revision: expect.any(Number) } });
    expect(await appoint(ben.userId)).toEqual(once);
    expect(await access.check(ben.userId, 'admin')).toBe(true);
  });
});

describe('403', () => {
  it.each([
    ['production', { NODE_ENV: 'production', PUBLIC_URL: 'http://localhost:8080' }],
    ['specs', { NODE_ENV: 'test', PUBLIC_URL: 'http://localhost:8080' }],
    ['development that others can reach', { NODE_ENV: 'development', PUBLIC_URL: 'https://rollcall.test' }],
  ])('makes none in %s, nor says whether there is such a person', async (_, variables) => {
    access = await startRolePermissionUnderTest({ variables });
    await access.enrol(somebody(), { isDesignated: true });
    const ben = await access.person();
    const denied = await appoint(ben.userId);
    expect(denied).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await appoint(somebody().userId)).toEqual(denied);
    expect(await access.check(ben.userId, 'admin')).toBe(false);
  });

  it('makes none for anyone but the operator’s tools', async () => {
    access = await startRolePermissionUnderTest({ variables: developersMachine });
    await access.person();
    const ben = await access.person();
    for (const from of ['gateway', 'registration'] as const) {
      expect((await appoint(ben.userId, from)).status).toBe(403);
    }
    expect(await access.check(ben.userId, 'admin')).toBe(false);
  });
});

describe('404', () => {
  it('makes none of somebody who was never enrolled', async () => {
    access = await startRolePermissionUnderTest({ variables: developersMachine });
    expect((await appoint(somebody().userId)).status).toBe(404);
  });
});

describe('409', () => {
  it('makes none of a suspended person', async () => {
    access = await startRolePermissionUnderTest({ variables: developersMachine });
    await access.person();
    const ben = await access.person();
    await access.suspend(ben);
    expect(await appoint(ben.userId)).toMatchObject({ status: 409, body: { code: 'user_suspended' } });
  });
});
