import type { Actor } from '@rollcall/service-kit/actor';
import { newServiceAccountId } from '@rollcall/service-kit/identity';
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
const over = async (actor: Actor, other: { readonly userId: string }) => {
  const body = { actor: actor.userId, userId: other.userId };
  const answer = await access.call({ method: 'POST', path, from: 'auth', body });
  expect(answer.status).toBe(200);
  return answer.body;
};

describe('power over somebody', () => {
  it('is for administrators where it is one, also while that one is suspended, and for anybody else otherwise', async () => {
    const [ben, eve, second] = [await access.person(), await access.person(), await access.person()];
    await access.grant(admin, second, 'admin');
    expect(await over(eve, ben)).toMatchObject({ mayRule: true });
    expect(await over(eve, second)).toMatchObject({ mayRule: false });
    expect(await over(admin, second)).toMatchObject({ mayRule: true });
    await access.suspend(second);
    expect(await over(eve, second)).toMatchObject({ mayRule: false });
  });

  it('to act as them is for whoever holds all that they hold, for as long', async () => {
    const [ben, eve] = [await access.person(), await access.person()];
    expect(await over(eve, ben)).toMatchObject({ mayActAs: false });
    const validUntil = new Date(Date.now() + 3_600_000).toISOString();
    await access.grant(admin, eve, 'users.impersonate', { validUntil });
    expect(await over(eve, ben)).toMatchObject({ mayActAs: true, until: validUntil });
    await access.grant(admin, ben, 'users.read');
    expect(await over(eve, ben)).toMatchObject({ mayActAs: false });
    await access.grant(admin, eve, 'users.read');
    expect(await over(eve, ben)).toMatchObject({ mayActAs: true });
    expect(await over(admin, ben)).toMatchObject({ mayActAs: true, until: null });
  });

  it('to act as a program takes another right than to act as a person', async () => {
    const [ben, eve, ann] = [await access.person(), await access.person(), await access.person()];
    const program = { userId: newServiceAccountId() };
    await access.grant(admin, eve, 'service_accounts.manage');
    await access.grant(admin, ann, 'users.impersonate');
    const mayActAs = async (actor: Actor) => [(await over(actor, program)).mayActAs, (await over(actor, ben)).mayActAs];
    expect([await mayActAs(eve), await mayActAs(ann)]).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  it('403: is nothing that others than auth ask about', async () => {
    const body = { actor: admin.userId, userId: admin.userId };
    expect((await access.call({ method: 'POST', path, from: 'profile', body })).status).toBe(403);
  });
});
