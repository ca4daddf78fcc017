import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;

beforeAll(async () => {
  access = await startRolePermissionUnderTest({ variables: { ROLLCALL_PLANS: '{"free":1,"team":2,"any":null}' } });
});
afterAll(() => access.stop());

it('plans are told to anybody, in the order of the configuration', async () => {
  expect(await access.call({ method: 'GET', path: '/v1/plans' })).toMatchObject({
    status: 200,
    body: {
      items: [
        { plan: 'free', seats: 1 },
        { plan: 'team', seats: 2 },
        { plan: 'any', seats: null },
      ],
    },
  });
});

it('an organization is put on another plan by whoever manages plans, unless more seats are taken than that has', async () => {
  const [admin, ada, ben] = [await access.person(), await access.person(), await access.person()];
  const { body } = await access.call({ method: 'POST', path: '/v1/organizations', actor: ada, body: { name: 'Acme' } });
  const members = `/v1/organizations/${body.id}/members`;
  const put = (actor: typeof ada, plan: string) =>
    access.call({ method: 'PUT', path: `/v1/organizations/${body.id}/plan`, actor, body: { plan } });
  const join = () => access.call({ method: 'POST', path: members, actor: ada, body: { userId: ben.userId } });

  expect(await join()).toMatchObject({ status: 409, body: { code: 'seat_limit_reached' } });
  expect((await put(ada, 'team')).status).toBe(404);
  expect((await put(admin, 'team')).status).toBe(200);
  expect((await join()).status).toBe(201);
  expect(await put(admin, 'free')).toMatchObject({ status: 409, body: { code: 'seats_in_use' } });
  expect(await put(admin, 'none')).toMatchObject({ status: 400, body: { errors: [{ pointer: '/body/plan' }] } });
});
