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

const path = '/internal/authority-checks';
const mayRule = async (actor: Actor, over: Actor) => {
  const body = { actor: actor.userId, userId: over.userId };
  const answer = await access.call({ method: 'POST', path, from: 'auth', body });
  expect(answer.status).toBe(200);
  return answer.body.granted;
};

describe('power over somebody', () => {
  it('is for administrators where it is one, also while that one is suspended, and for anybody else otherwise', async () => {
    const [ben, eve, second] = [await access.person(), await access.person(), await access.person()];
    await access.grant(admin, second, 'admin');
    expect(await mayRule(eve, ben)).toBe(true);
    expect(await mayRule(eve, second)).toBe(false);
    expect(await mayRule(admin, second)).toBe(true);
    await access.suspend(second);
    expect(await mayRule(eve, second)).toBe(false);
  });

  it('403: is nothing that others than auth ask about', async () => {
    const body = { actor: admin.userId, userId: admin.userId };
    expect((await access.call({ method: 'POST', path, from: 'profile', body })).status).toBe(403);
  });
});
