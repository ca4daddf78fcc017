import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;

beforeAll(async () => {
  access = await startRolePermissionUnderTest({ variables: { ROLLCALL_PLANS: '{"free":5,"team":50}' } });
});
afterAll(() => access.stop());

const setUp = () => access.call({ method: 'PUT', path: '/internal/preset-groups', from: 'operator' });

it('the preset groups are made once, one a plan among them, and give what they say', async () => {
  const [admin, ben] = [await access.person(), await access.person()];
  const made = await setUp();
  expect(made).toMatchObject({ status: 200, body: { present: [] } });
  expect(made.body.created).toEqual(expect.arrayContaining(['Plan: free', 'Plan: team', 'Support', 'Editors']));
  const listed = await access.call({ method: 'GET', path: '/v1/groups?limit=200', actor: admin });
  const groups = [listed.body.items].flat().map((item): { id: string; name: string } => Object(item));
  expect(groups.map(({ name }) => name).sort()).toEqual([made.body.created].flat().sort());

  const support = groups.find(({ name }) => name === 'Support');
  const path = `/v1/groups/${support?.id}/members`;
  await access.call({ method: 'POST', path, actor: admin, body: { userId: ben.userId } });
  expect(await access.check(ben.userId, 'sessions.manage')).toBe(true);

  await access.call({ method: 'DELETE', path: `/v1/groups/${support?.id}`, actor: admin });
  expect((await setUp()).body).toMatchObject({ created: ['Support'] });
});
