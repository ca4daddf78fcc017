import type { Actor } from '@rollcall/service-kit/actor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let administrator: Actor;
let member: Actor;
let other: Actor;

beforeAll(async () => {
  access = await startRolePermissionUnderTest();
  administrator = await access.person();
  member = await access.person();
  other = await access.person();
  const { body } = await access.ask(member, 'POST', '/v1/organizations', { name: 'Strict' });
  const set = await access.ask(member, 'PUT', `/v1/organizations/${body.id}/policies`, { mfaRequired: true });
  expect(set.status).toBe(200);
});
afterAll(() => access.stop());

describe('a second factor that the operator wants', () => {
  it.each([
    ['members', { administrator: false, member: true, other: false }],
    ['administrators', { administrator: true, member: true, other: false }],
    ['everybody', { administrator: true, member: true, other: true }],
  ])('of %s is due of those, and of members of an organization that wants one', async (wantedOf, due) => {
    const replica = await access.startReplica({ ROLLCALL_SECOND_FACTOR_OF: wantedOf });
    const path = '/internal/second-factor-checks';
    const isDue = async ({ userId }: Actor) =>
      (await access.call({ method: 'POST', path, from: 'auth', body: { userId } }, replica)).body.required;
    expect({
      administrator: await isDue(administrator),
      member: await isDue(member),
      other: await isDue(other),
    }).toEqual(due);
  });
});
