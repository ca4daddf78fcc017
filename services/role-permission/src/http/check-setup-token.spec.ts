import { somebody } from '@rollcall/testing/service-under-test';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Options,
  type RolePermissionUnderTest,
  startRolePermissionUnderTest,
} from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
const start = async (variables: NonNullable<Options['variables']>) => {
  access = await startRolePermissionUnderTest({ variables });
};
afterEach(() => access.stop());

const token = 'a set-up token of more than 32 characters';
const production = { NODE_ENV: 'production', PUBLIC_URL: 'https://rollcall.test' };
const check = (body: unknown, from: 'registration' | 'gateway' | 'auth' = 'registration') =>
  access.call({ method: 'POST', path: '/internal/setup-token/check', from, body });
const validity = async (setupToken: string) => (await check({ setupToken })).body.valid;

describe('200', () => {
  it('the configured token is the right one and no other, as long as there is no administrator', async () => {
    await start({ ...production, ROLLCALL_SETUP_TOKEN: token });
    expect(await check({ setupToken: token })).toMatchObject({ status: 200, body: { valid: true } });
    for (const other of ['', `${token} `, token.slice(1), token.toUpperCase()])
      expect(await validity(other)).toBe(false);

    await access.enrol(somebody());
    expect(await validity(token)).toBe(true);
    await access.enrol(somebody(), { isDesignated: true });
    expect(await validity(token)).toBe(false);
  });

  it('where no token is configured none is right', async () => {
    await start(production);
    for (const any of ['', 'undefined', token]) expect(await validity(any)).toBe(false);
  });
});

describe('400', () => {
  it('refuses a body that is none', async () => {
    await start({ ...production, ROLLCALL_SETUP_TOKEN: token });
    for (const body of [{}, { setupToken: 1 }, { setupToken: token, more: 1 }]) {
      expect((await check(body)).status).toBe(400);
    }
  });
});

describe('403', () => {
  it('answers registration only', async () => {
    await start({ ...production, ROLLCALL_SETUP_TOKEN: token });
    for (const from of ['gateway', 'auth'] as const) {
      expect((await check({ setupToken: token }, from)).status).toBe(403);
    }
  });
});
