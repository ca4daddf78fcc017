import type { Actor } from '@rollcall/service-kit/actor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let ada: Actor;
let ben: Actor;
let stranger: Actor;

beforeAll(async () => {
  access = await startRolePermissionUnderTest();
  await access.person();
  [ada, ben, stranger] = [await access.person(), await access.person(), await access.person()];
});
afterAll(() => access.stop());

const ask = (actor: Actor, method: string, path: string, body?: unknown) =>
  access.call({ method, path, actor, ...(body === undefined ? {} : { body }) });

/** An organization with Ben and a team in it, deleted. */
const deleted = async () => {
  const { body: organization } = await ask(ada, 'POST', '/v1/organizations', { name: 'Acme' });
  const path = `/v1/organizations/${organization.id}`;
  await ask(ada, 'POST', `${path}/members`, { userId: ben.userId });
  const { body: team } = await ask(ada, 'POST', '/v1/teams', { organizationId: organization.id, name: 'Red' });
  const bornAt = async (of: string) => (await ask(ada, 'GET', of)).body.createdAt;
  const born = { organization: await bornAt(path), team: await bornAt(`/v1/teams/${team.id}`) };
  expect((await ask(ada, 'DELETE', path)).status).toBe(200);
  return {
    born,
    path,
    team: String(team.id),
    item: `/v1/deleted-items/${organization.id}`,
    id: String(organization.id),
  };
};
const restorable = async (actor: Actor): Promise<string[]> =>
  [(await ask(actor, 'GET', '/v1/deleted-items')).body.items].flat().map((item) => Object(item).id);

describe('something that was deleted', () => {
  it('is listed to who may have it back, by its name, until its time is over', async () => {
    const { id } = await deleted();
    const { items } = (await ask(ada, 'GET', '/v1/deleted-items')).body;
    expect(items).toContainEqual({
      id,
      kind: 'organization',
      name: 'Acme',
      deletedBy: ada.userId,
      deletedAt: expect.any(String),
      restorableUntil: expect.any(String),
    });
    for (const actor of [ben, stranger]) expect(await restorable(actor)).not.toContain(id);
  });

  it('comes back with all that was in it, and as old as it was', async () => {
    const { path, team, item, id, born } = await deleted();
    expect(await ask(ada, 'POST', `${item}/restore`)).toMatchObject({
      status: 200,
      body: { revision: expect.any(Number) },
    });
    expect((await ask(ada, 'GET', path)).body).toMatchObject({
      name: 'Acme',
      memberCount: 2,
      createdAt: born.organization,
    });
    expect((await ask(ben, 'GET', `/v1/teams/${team}`)).body).toMatchObject({ name: 'Red', createdAt: born.team });
    expect(await restorable(ada)).not.toContain(id);
    expect((await ask(ada, 'POST', `${item}/restore`)).status).toBe(404);
  });

  it.each([
    ['a query', '?dryRun=true', undefined],
    ['a body', '', { dryRun: true }],
  ])('is only tried with dryRun in %s', async (_, query, body) => {
    const { path, item, id } = await deleted();
    const tried = await ask(ada, 'POST', `${item}/restore${query}`, body);
    expect(tried).toMatchObject({ status: 200, body: { dryRun: true } });
    expect([tried.body.events].flat().map((event) => Object(event).type)).toContain('organization.created');
    expect((await ask(ada, 'GET', path)).status).toBe(404);
    expect(await restorable(ada)).toContain(id);
  });

  it('is not brought back by what nobody knows the meaning of', async () => {
    const { item, id } = await deleted();
    expect((await ask(ada, 'POST', `${item}/restore`, { cascade: true })).status).toBe(400);
    expect(await restorable(ada)).toContain(id);
  });

  it('is not there for anybody else', async () => {
    const { item, id } = await deleted();
    const missing = await ask(stranger, 'POST', `/v1/deleted-items/${stranger.userId}/restore`);
    for (const actor of [ben, stranger]) {
      expect(await ask(actor, 'POST', `${item}/restore`)).toMatchObject({
        status: 404,
        body: { code: missing.body.code },
      });
    }
    expect(await restorable(ada)).toContain(id);
  });
});
