import { builtInPermissions } from '@rollcall/types/permissions';
import { presetRoles, scopeNames } from '@rollcall/types/scopes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';

let auth: AuthUnderTest;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());

it('anyone may read all scopes and preset roles', async () => {
  const { status, body } = await auth.ask('GET', '/v1/scopes');
  expect(status).toBe(200);
  expect(body.scopes).toContainEqual({ name: 'email', kind: 'identity', description: 'See your e-mail address.' });
  expect((body.roles as { name: string }[]).map(({ name }) => name)).toEqual([
    'Listener',
    'Artist',
    'Label',
    'TenantAdmin',
    'Admin',
    'SuperAdmin',
  ]);
});

it('no role names a scope or a permission that there is not', () => {
  for (const { scopes, permissions } of presetRoles) {
    expect(scopes.filter((name) => !scopeNames.includes(name))).toEqual([]);
    expect(permissions.filter((name) => !(name in builtInPermissions))).toEqual([]);
  }
});
