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
  for (const name of ['posts.read', 'posts.write']) await access.create(admin, name);
});
afterAll(() => access.stop());

const ask = (actor: Actor, method: string, path: string, body?: unknown) =>
  access.call({ method, path, actor, ...(body === undefined ? {} : { body }) });
const role = (name: string, permissions: readonly string[] = []) => ({ name, description: 'For specs.', permissions });

/** An organization of Ada's that Ben belongs to. */
const founded = async (): Promise<string> => {
  const { body } = await ask(ada, 'POST', '/v1/organizations', { name: 'Acme' });
  await ask(ada, 'POST', `/v1/organizations/${body.id}/members`, { userId: ben.userId });
  return String(body.id);
};

describe('a role everywhere', () => {
  it('gives whoever has it all that it holds, from then on and no longer', async () => {
    const made = await ask(admin, 'POST', '/v1/roles', role('writer', ['posts.write']));
    expect(made).toMatchObject({
      status: 201,
      body: { id: 'writer', organizationId: null, permissions: ['posts.write'] },
    });
    expect((await ask(admin, 'PUT', `/v1/users/${ben.userId}/roles/writer`)).status).toBe(200);
    expect(await access.check(ben.userId, 'posts.write')).toBe(true);
    expect((await ask(admin, 'PUT', '/v1/roles/writer/permissions/posts.read')).status).toBe(200);
    expect(await access.check(ben.userId, 'posts.read')).toBe(true);
    expect((await ask(admin, 'DELETE', '/v1/roles/writer/permissions/posts.write')).status).toBe(200);
    expect(await access.check(ben.userId, 'posts.write')).toBe(false);
    expect((await ask(admin, 'DELETE', `/v1/users/${ben.userId}/roles/writer`)).status).toBe(200);
    expect(await access.check(ben.userId, 'posts.read')).toBe(false);
  });

  it('is given to teams and groups, and its holders are told by what they hold', async () => {
    const organizationId = await founded();
    const { id: teamId } = (await ask(ada, 'POST', '/v1/teams', { organizationId, name: 'Crew' })).body;
    await ask(ada, 'POST', `/v1/teams/${teamId}/members`, { userId: ben.userId });
    await ask(admin, 'POST', '/v1/roles', role('reader', ['posts.read']));
    expect((await ask(admin, 'PUT', `/v1/roles/reader/assignees/team:${teamId}`)).status).toBe(200);
    expect((await ask(admin, 'GET', '/v1/roles/reader/assignees')).body.items).toEqual([
      { assignee: `team:${teamId}`, validUntil: null },
    ]);
    expect((await ask(ben, 'GET', `/v1/users/${ben.userId}/roles`)).body.items).toEqual([
      { name: 'reader', organizationId: null, via: `team:${teamId}`, validUntil: null },
    ]);
    const held = (await ask(ben, 'GET', `/v1/users/${ben.userId}/permissions`)).body.items;
    expect(held).toMatchObject([{ name: 'posts.read', via: [`team:${teamId}`, 'role:reader'] }]);
    expect((await ask(admin, 'DELETE', `/v1/roles/reader/assignees/team:${teamId}`)).status).toBe(200);
    expect(await access.check(ben.userId, 'posts.read')).toBe(false);
  });

  it('is described, listed page by page, and deleted with all that it gave', async () => {
    for (const name of ['a.role', 'b.role', 'c.role'])
      await ask(admin, 'POST', '/v1/roles', role(name, ['posts.read']));
    await ask(admin, 'PUT', `/v1/users/${cleo.userId}/roles/b.role`);
    await ask(admin, 'PATCH', '/v1/roles/b.role', { description: 'Another.' });
    const first = (await ask(admin, 'GET', '/v1/roles?limit=2')).body;
    expect(first.items).toMatchObject([{ name: 'a.role' }, { name: 'b.role', description: 'Another.' }]);
    const rest = (await ask(admin, 'GET', `/v1/roles?cursor=${first.nextCursor}`)).body;
    expect(rest.items).toContainEqual(expect.objectContaining({ name: 'c.role' }));
    expect((await ask(admin, 'DELETE', '/v1/roles/b.role')).status).toBe(200);
    expect((await ask(admin, 'GET', '/v1/roles/b.role')).status).toBe(404);
    expect(await access.check(cleo.userId, 'posts.read')).toBe(false);
  });

  it('is nothing to whoever does not manage roles, and cannot be made to hold what its maker does not', async () => {
    expect(await ask(ben, 'POST', '/v1/roles', role('mine'))).toMatchObject({ status: 403 });
    for (const path of ['/v1/roles', '/v1/roles/a.role', '/v1/roles/a.role/assignees', '/v1/roles/missing']) {
      expect([path, (await ask(ben, 'GET', path)).status]).toEqual([path, 404]);
    }
    await access.grant(admin, cleo, 'roles.manage');
    expect((await ask(cleo, 'POST', '/v1/roles', role('empty'))).status).toBe(201);
    expect((await ask(cleo, 'PUT', '/v1/roles/empty/permissions/posts.write')).status).toBe(403);
    expect((await ask(cleo, 'PUT', '/v1/roles/empty/permissions/admin')).status).toBe(403);
    await access.revoke(admin, cleo, 'roles.manage');
  });

  it('is only tried with dryRun', async () => {
    const tried = await ask(admin, 'POST', '/v1/roles?dryRun=true', role('tried', ['posts.read']));
    expect(tried).toMatchObject({
      status: 200,
      body: { dryRun: true, events: [{ type: 'role.created' }, { type: 'permission.granted' }] },
    });
    expect((await ask(admin, 'GET', '/v1/roles/tried')).status).toBe(404);
  });
});

describe('a role of an organization', () => {
  it('is its admins’ to make and give, and counts there alone', async () => {
    const organizationId = await founded();
    const scope = `?organization=${organizationId}`;
    const made = await ask(ada, 'POST', `/v1/roles${scope}`, role('editor', ['posts.write']));
    expect(made).toMatchObject({ status: 201, body: { organizationId } });
    expect((await ask(ada, 'PUT', `/v1/users/${ben.userId}/roles/editor${scope}`)).status).toBe(200);
    expect(await access.check(ben.userId, 'posts.write')).toBe(false);
    const there = (await ask(ada, 'GET', `/v1/users/${ben.userId}/permissions${scope}`)).body.items;
    expect(there).toMatchObject([{ name: 'posts.write', organizationId, via: [`role:${organizationId}/editor`] }]);
    const holders = (await ask(ada, 'GET', `/v1/permissions/posts.write/holders${scope}`)).body.items;
    expect(holders).toMatchObject([{ userId: ben.userId, source: 'role' }]);
    expect((await ask(ada, 'GET', `/v1/roles${scope}`)).body.items).toMatchObject([{ name: 'editor' }]);
    expect((await ask(ada, 'GET', `/v1/users/${ben.userId}/roles${scope}`)).body.items).toMatchObject([
      { name: 'editor', organizationId, via: null },
    ]);
  });

  it('is hidden from strangers and refused to members', async () => {
    const organizationId = await founded();
    const scope = `?organization=${organizationId}`;
    await ask(ada, 'POST', `/v1/roles${scope}`, role('editor'));
    for (const [actor, status] of [
      [ben, 403],
      [cleo, 404],
    ] as const) {
      for (const [method, path, body] of [
        ['GET', `/v1/roles${scope}`, undefined],
        ['POST', `/v1/roles${scope}`, role('other')],
        ['GET', `/v1/roles/editor${scope}`, undefined],
        ['PATCH', `/v1/roles/editor${scope}`, { description: 'x' }],
        ['DELETE', `/v1/roles/editor${scope}`, undefined],
        ['PUT', `/v1/roles/editor/permissions/posts.read${scope}`, {}],
        ['PUT', `/v1/users/${ben.userId}/roles/editor${scope}`, {}],
      ] as const) {
        expect([method, path, (await ask(actor, method, path, body)).status]).toEqual([method, path, status]);
      }
    }
  });

  it('is not given to whoever does not belong there', async () => {
    const organizationId = await founded();
    const scope = `?organization=${organizationId}`;
    await ask(ada, 'POST', `/v1/roles${scope}`, role('editor'));
    expect(await ask(ada, 'PUT', `/v1/users/${cleo.userId}/roles/editor${scope}`)).toMatchObject({
      status: 409,
      body: { code: 'not_in_organization' },
    });
  });
});

describe('a grant within an organization', () => {
  it('is its admins’ to give, to members and teams, and counts there alone', async () => {
    const organizationId = await founded();
    const scope = `?organization=${organizationId}`;
    const { id: teamId } = (await ask(ada, 'POST', '/v1/teams', { organizationId, name: 'Crew' })).body;
    await ask(ada, 'POST', `/v1/teams/${teamId}/members`, { userId: ben.userId });
    expect((await ask(ada, 'PUT', `/v1/teams/${teamId}/permissions/posts.write${scope}`)).status).toBe(200);
    expect((await ask(ada, 'PUT', `/v1/users/${ben.userId}/permissions/posts.read${scope}`)).status).toBe(200);
    const there = (await ask(ben, 'GET', `/v1/users/${ben.userId}/permissions${scope}`)).body.items;
    expect(there).toMatchObject([
      { name: 'posts.read', source: 'grant', organizationId },
      { name: 'posts.write', source: 'team', organizationId },
    ]);
    expect((await ask(ben, 'GET', `/v1/users/${ben.userId}/permissions`)).body.items).toEqual([]);
    expect((await ask(ada, 'DELETE', `/v1/teams/${teamId}/permissions/posts.write${scope}`)).status).toBe(200);
    expect((await ask(ada, 'GET', `/v1/permissions/posts.write/holders${scope}`)).body.items).toEqual([]);
  });

  it('is never one of the product’s own permissions', async () => {
    const organizationId = await founded();
    const path = `/v1/users/${ben.userId}/permissions/users.read?organization=${organizationId}`;
    expect(await ask(ada, 'PUT', path)).toMatchObject({ status: 409, body: { code: 'permission_protected' } });
  });
});
