import { randomUUID } from 'node:crypto';
import type { Actor } from '@rollcall/service-kit/actor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let admin: Actor;
let ada: Actor;
let ben: Actor;
let cleo: Actor;

beforeAll(async () => {
  access = await startRolePermissionUnderTest();
  admin = await access.person();
  [ada, ben, cleo] = [await access.person(), await access.person(), await access.person()];
  await access.create(admin, 'reports.read');
});
afterAll(() => access.stop());

const ask = (actor: Actor, method: string, path: string, body?: unknown) =>
  access.call({ method, path, actor, ...(body === undefined ? {} : { body }) });
const made = async (kind: string): Promise<string> => {
  const { status, body } = await ask(admin, 'POST', '/v1/groups', {
    name: `A ${randomUUID()}`,
    description: 'x',
    kind,
  });
  expect(status).toBe(201);
  return String(body.id);
};
/** An organization of Ada's that Ben belongs to. */
const founded = async (): Promise<string> => {
  const { body } = await ask(ada, 'POST', '/v1/organizations', { name: 'Acme' });
  await ask(ada, 'POST', `/v1/organizations/${body.id}/members`, { userId: ben.userId });
  return String(body.id);
};

describe('a group', () => {
  it('gives its members what it was granted, as long as both last', async () => {
    const id = await made('subscription');
    expect((await ask(admin, 'PUT', `/v1/groups/${id}/permissions/reports.read`)).status).toBe(200);
    expect((await ask(admin, 'POST', `/v1/groups/${id}/members`, { userId: ben.userId })).status).toBe(201);
    expect(await access.check(ben.userId, 'reports.read')).toBe(true);
    expect((await ask(ben, 'GET', `/v1/users/${ben.userId}/groups`)).body.items).toMatchObject([
      { id, kind: 'subscription', validUntil: null },
    ]);
    expect((await ask(admin, 'DELETE', `/v1/groups/${id}/members/${ben.userId}`)).status).toBe(200);
    expect(await access.check(ben.userId, 'reports.read')).toBe(false);
    await ask(admin, 'POST', `/v1/groups/${id}/members`, { userId: ben.userId });
    expect((await ask(admin, 'DELETE', `/v1/groups/${id}`)).status).toBe(200);
    expect(await access.check(ben.userId, 'reports.read')).toBe(false);
    expect((await ask(admin, 'GET', `/v1/groups/${id}`)).status).toBe(404);
  });

  it('is described and listed page by page, by kind too', async () => {
    const [one, two] = [await made('system'), await made('subscription')];
    expect((await ask(admin, 'PATCH', `/v1/groups/${one}`, { description: 'Another.' })).status).toBe(200);
    expect((await ask(admin, 'GET', `/v1/groups/${one}`)).body).toMatchObject({ id: one, description: 'Another.' });
    const seen: unknown[] = [];
    let cursor = '';
    do {
      const { body } = await ask(admin, 'GET', `/v1/groups?limit=1${cursor}`);
      seen.push(...[body.items].flat().map((item) => Object(item).id));
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    expect(seen).toEqual(expect.arrayContaining([one, two]));
    const systems = [(await ask(admin, 'GET', '/v1/groups?kind=system')).body.items].flat();
    expect(systems.map((item) => Object(item).id)).toEqual([one]);
  });

  it('has a name that no other has', async () => {
    const body = { name: 'Only once', description: 'x', kind: 'system' };
    expect((await ask(admin, 'POST', '/v1/groups', body)).status).toBe(201);
    expect(await ask(admin, 'POST', '/v1/groups', body)).toMatchObject({ status: 409, body: { code: 'group_exists' } });
  });

  it('is nothing to whoever has no group to manage', async () => {
    const id = await made('manageable');
    expect((await ask(cleo, 'GET', '/v1/groups')).body.items).toEqual([]);
    for (const [method, path, body] of [
      ['GET', `/v1/groups/${id}`, undefined],
      ['GET', `/v1/groups/${id}/members`, undefined],
      ['POST', `/v1/groups/${id}/members`, { userId: cleo.userId }],
      ['DELETE', `/v1/groups/${id}/members/${ben.userId}`, undefined],
      ['PATCH', `/v1/groups/${id}`, { description: 'x' }],
      ['DELETE', `/v1/groups/${id}`, undefined],
      ['PUT', `/v1/groups/${id}/permissions/reports.read`, {}],
      ['GET', `/v1/users/${ben.userId}/groups`, undefined],
    ] as const) {
      expect([method, path, (await ask(cleo, method, path, body)).status]).toEqual([method, path, 404]);
    }
    expect((await ask(cleo, 'POST', '/v1/groups', { name: 'x', description: 'x', kind: 'system' })).status).toBe(403);
  });
});

describe('a manageable group', () => {
  it('is listed to admins of organizations, who put their members in and out of it', async () => {
    const organizationId = await founded();
    const [id, other] = [await made('manageable'), await made('system')];
    const listed = [(await ask(ada, 'GET', '/v1/groups?manageableBy=me')).body.items].flat();
    expect(listed.map((item) => Object(item).id)).toContain(id);
    expect(listed.map((item) => Object(item).id)).not.toContain(other);
    expect((await ask(ada, 'GET', `/v1/groups/${other}`)).status).toBe(404);
    const put = `/v1/groups/${id}/members?organization=${organizationId}`;
    expect((await ask(ada, 'POST', put, { userId: ben.userId })).status).toBe(201);
    expect((await ask(ada, 'POST', put, { userId: cleo.userId })).status).toBe(404);
    expect((await ask(ada, 'POST', `/v1/groups/${id}/members`, { userId: ben.userId })).status).toBe(403);
    expect((await ask(ada, 'DELETE', `/v1/groups/${id}/members/${ben.userId}`)).status).toBe(200);
  });

  it('shows an organization’s admin only their own members', async () => {
    const organizationId = await founded();
    const id = await made('manageable');
    await ask(admin, 'POST', `/v1/groups/${id}/members`, { userId: cleo.userId });
    await ask(ada, 'POST', `/v1/groups/${id}/members?organization=${organizationId}`, { userId: ben.userId });
    expect((await ask(ada, 'GET', `/v1/groups/${id}/members`)).body.items).toMatchObject([{ userId: ben.userId }]);
    expect([(await ask(admin, 'GET', `/v1/groups/${id}/members`)).body.items].flat()).toHaveLength(2);
  });

  it('has somebody in it once, on behalf of however many, and shows each admin their own part alone', async () => {
    const organizationId = await founded();
    const { id: other } = (await ask(cleo, 'POST', '/v1/organizations', { name: 'Other' })).body;
    await ask(cleo, 'POST', `/v1/organizations/${other}/members`, { userId: ben.userId });
    const id = await made('manageable');
    const path = `/v1/groups/${id}/members`;
    const validUntil = new Date(Date.now() + 60_000).toISOString();
    expect((await ask(ada, 'POST', `${path}?organization=${organizationId}`, { userId: ben.userId })).status).toBe(201);
    const membersFor = async (actor: Actor) => (await ask(actor, 'GET', path)).body.items;
    const groupsFor = async (actor: Actor) =>
      [(await ask(actor, 'GET', `/v1/users/${ben.userId}/groups`)).body.items].flat().map((item) => Object(item).id);
    expect([await membersFor(cleo), await groupsFor(cleo)]).toEqual([[], expect.not.arrayContaining([id])]);
    const later = { userId: ben.userId, validUntil };
    expect((await ask(cleo, 'POST', `${path}?organization=${other}`, later)).status).toBe(201);
    expect(await membersFor(cleo)).toEqual([later]);
    for (const actor of [ada, admin]) expect(await membersFor(actor)).toEqual([{ ...later, validUntil: null }]);
    expect((await groupsFor(ben)).filter((one) => one === id)).toHaveLength(1);
    for (const _ of ['the first time', 'again'])
      expect((await ask(ada, 'DELETE', `${path}/${ben.userId}`)).status).toBe(200);
    expect([await membersFor(ada), await membersFor(admin)]).toEqual([[], [later]]);
    expect((await ask(admin, 'DELETE', `${path}/${ben.userId}`)).status).toBe(200);
    expect(await groupsFor(ben)).not.toContain(id);
  });

  it('is one of a set that a member’s admin replaces in one command', async () => {
    const organizationId = await founded();
    const [one, two, three] = [await made('manageable'), await made('manageable'), await made('manageable')];
    const dan = await access.person();
    await ask(ada, 'POST', `/v1/organizations/${organizationId}/members`, { userId: dan.userId });
    const path = `/v1/users/${dan.userId}/groups`;
    expect((await ask(ada, 'PUT', path, { organizationId, groups: [one, two] })).status).toBe(200);
    const { revision } = (await ask(ada, 'PUT', path, { organizationId, groups: [two, three] })).body;
    const { items } = (await ask(ada, 'GET', path)).body;
    expect([items].flat().map((item) => Object(item).id)).toEqual([two, three].sort());
    expect((await ask(ada, 'POST', `/v1/access/events/${revision}/undo`)).status).toBe(200);
    const back = [(await ask(ada, 'GET', path)).body.items].flat();
    expect(back.map((item) => Object(item).id)).toEqual([one, two].sort());
    expect((await ask(dan, 'PUT', path, { organizationId, groups: [] })).status).toBe(403);
    expect((await ask(cleo, 'PUT', path, { organizationId, groups: [] })).status).toBe(404);
    expect(await ask(ada, 'PUT', path, { organizationId, groups: [randomUUID()] })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/body/groups/0' }] },
    });
  });
});
