import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
beforeAll(async () => {
  access = await startRolePermissionUnderTest();
});
afterAll(() => access.stop());

const read = (from: 'operator' | 'gateway' = 'operator') =>
  access.call({ method: 'GET', path: '/internal/bootstrap', from });

describe('200', () => {
  it('says whether there has been a first administrator', async () => {
    expect((await read()).body).toEqual({ bootstrapped: false });
    await access.person();
    expect((await read()).body).toEqual({ bootstrapped: true });
  });
});

describe('403', () => {
  it('tells the operator’s tools only', async () => {
    expect((await read('gateway')).status).toBe(403);
  });
});
