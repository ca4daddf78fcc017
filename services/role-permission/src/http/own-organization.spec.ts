import { randomUUID } from 'node:crypto';
import type { Actor } from '@rollcall/service-kit/actor';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let admin: Actor;
/** Admin and member of an organization. */
let ada: Actor;
let ben: Actor;
/** Of others, or of none. */
let cleo: Actor;
let dan: Actor;
const [own, other, team, otherTeam, project] = Array.from({ length: 5 }, () => randomUUID());
const nobody = randomUUID();
let shared: string;
let system: string;
/** The head when all of the organization's own had been done. */
let founded: number;

const ask = (actor: Actor, method: string, path: string, body?: unknown) => access.ask(actor, method, path, body);
const done = async (actor: Actor, method: string, path: string, body?: unknown) => {
  const answer = await ask(actor, method, path, body);
  expect([path, answer.status]).toEqual([path, method === 'POST' && !path.endsWith('/commands') ? 201 : 200]);
  return answer.body;
};
const question = (actor: Actor, kind: string, body: unknown) => ask(actor, 'POST', `/v1/access/${kind}`, body);
const user = ({ userId }: Actor) => `user:${userId}`;
const within = (name: string) => `permission:${own}/${name}`;

beforeAll(async () => {
  access = await startRolePermissionUnderTest();
  admin = await access.person();
  [ada, ben, cleo, dan] = [await access.person(), await access.person(), await access.person(), await access.person()];
  for (const name of ['posts.write', 'posts.read', 'posts.drop']) await access.create(admin, name);
  shared = String((await done(admin, 'POST', '/v1/groups', { name: 'g', description: 'x', kind: 'manageable' })).id);
  system = String((await done(admin, 'POST', '/v1/groups', { name: 's', description: 'x', kind: 'system' })).id);
  await done(admin, 'POST', '/v1/roles', { name: 'author', description: 'x', permissions: ['posts.write'] });
  await done(admin, 'PUT', `/v1/groups/${system}/permissions/posts.drop`);
  await done(admin, 'PUT', `/v1/groups/${shared}/permissions/posts.read`);
  await done(admin, 'POST', `/v1/groups/${system}/members`, { userId: ben.userId });
  await done(admin, 'PUT', `/v1/users/${ben.userId}/roles/author`);
  await done(ada, 'POST', '/v1/access/commands', {
    commands: [
      { type: 'createOrganization', organizationId: own, name: 'Acme' },
      { type: 'addOrganizationMember', organizationId: own, userId: ben.userId },
      { type: 'createTeam', organizationId: own, teamId: team, name: 'Crew' },
      { type: 'addTeamMember', teamId: team, userId: ben.userId },
      { type: 'createProject', projectId: project, name: 'Site', owner: `organization:${own}` },
      { type: 'addProjectMember', projectId: project, teamId: team },
      { type: 'createRole', organizationId: own, name: 'own', description: 'x', permissions: ['posts.read'] },
      { type: 'assignRole', organizationId: own, name: 'own', teamId: team },
      { type: 'assignRole', organizationId: own, name: 'own', groupId: shared },
    ],
  });
  await done(cleo, 'POST', '/v1/access/commands', {
    commands: [
      { type: 'createOrganization', organizationId: other, name: 'Other' },
      { type: 'addOrganizationMember', organizationId: other, userId: dan.userId },
      { type: 'createTeam', organizationId: other, teamId: otherTeam, name: 'Theirs' },
      { type: 'addTeamMember', teamId: otherTeam, userId: dan.userId },
    ],
  });
  founded = Number((await done(admin, 'PUT', `/v1/users/${dan.userId}/permissions/posts.write`)).revision);
});
afterAll(() => access.stop());

describe('the admin of an organization, who may not read all access', () => {
  it('learns of nobody outside it who holds what everywhere', async () => {
    for (const name of ['admin', 'posts.write', 'users.manage']) {
      for (const stranger of [admin, dan]) {
        const asked = { user: user(stranger), relation: 'holder', object: within(name) };
        const unknown = { ...asked, user: `user:${randomUUID()}` };
        expect((await question(ada, 'check', asked)).body).toEqual((await question(ada, 'check', unknown)).body);
        const [told, nothing] = [await question(ada, 'explain', asked), await question(ada, 'explain', unknown)];
        expect(JSON.stringify(told)).toEqual(JSON.stringify(nothing).replaceAll(unknown.user, asked.user));
      }
      const listed = (await question(ada, 'list-users', { object: within(name), relation: 'holder' })).body.users;
      expect(listed).toEqual(name === 'posts.write' ? [user(ben)] : []);
      const tree = (await question(ada, 'expand', { object: within(name), relation: 'holder' })).body;
      expect(JSON.stringify(tree)).not.toContain('user:');
    }
    expect((await question(admin, 'list-users', { object: within('admin'), relation: 'holder' })).body.users).toEqual([
      user(admin),
    ]);
  });

  it('learns of its members that they hold something from elsewhere, and not by what, from whom or since when', async () => {
    const asked = { user: user(ben), relation: 'holder', object: within('posts.write') };
    expect((await question(ada, 'check', asked)).body.allowed).toBe(true);
    const { body } = await question(ada, 'explain', asked);
    const leaf = { tuple: { user: user(ben), relation: 'holder', object: 'permission:posts.write' }, event: null };
    expect(body).toMatchObject({ allowed: true, paths: [[leaf]] });
    expect(JSON.stringify(body)).not.toContain('author');
    const [held] = [
      (await ask(ada, 'GET', `/v1/permissions/posts.drop/holders?organization=${own}`)).body.items,
    ].flat();
    expect(held).toMatchObject({ userId: ben.userId, source: 'elsewhere', via: [], grantedBy: null, grantedAt: null });
    const all = await ask(ada, 'GET', `/v1/users/${ben.userId}/permissions?organization=${own}`);
    expect(JSON.stringify(all.body)).not.toContain(admin.userId);
    expect(JSON.stringify(all.body)).not.toContain(system);
    expect(JSON.stringify(await ask(ben, 'GET', '/v1/users/me/permissions'))).toContain(system);
  });

  it('is answered nothing about a thing of another organization under its own name', async () => {
    const object = `permission:${own}/${other}/posts.read`;
    await done(cleo, 'PUT', `/v1/users/${dan.userId}/permissions/posts.read?organization=${other}`);
    for (const one of [user(dan), 'user:me']) {
      expect((await question(dan, 'check', { user: one, relation: 'holder', object })).body.allowed).toBe(false);
    }
    expect((await question(ada, 'list-users', { object, relation: 'holder' })).body.users).toEqual([]);
  });

  it('learns in whole what was given within it', async () => {
    const asked = { user: user(ben), relation: 'holder', object: within('posts.read') };
    const steps = [
      [user(ben), 'member', `team:${team}`],
      [`team:${team}#member`, 'assignee', `role:${own}/own`],
      [`role:${own}/own#assignee`, 'holder', within('posts.read')],
    ].map(([subject, relation, object]) => ({
      tuple: { user: subject, relation, object },
      event: expect.objectContaining({ actor: ada.userId }),
    }));
    expect((await question(ada, 'explain', asked)).body).toMatchObject({ allowed: true, paths: [steps] });
    expect((await question(ada, 'check', { ...asked, user: `group:${shared}#member` })).body.allowed).toBe(false);
    const role = { user: `group:${shared}/${own}#member`, relation: 'assignee', object: `role:${own}/own` };
    expect((await question(ada, 'check', role)).body.allowed).toBe(true);
    const foreign = { ...role, user: `group:${shared}/${other}#member` };
    expect((await question(ada, 'check', foreign)).body.allowed).toBe(false);
  });

  it('is shown by a preview what people would be given there, and not what they hold already', async () => {
    const commands = [
      { type: 'addOrganizationMember', organizationId: own, userId: dan.userId },
      { type: 'grantPermission', userId: ada.userId, permission: 'posts.write', organizationId: own },
      { type: 'assignRole', userId: dan.userId, name: 'own', organizationId: own },
    ];
    const { gained } = (await question(ada, 'preview', { commands })).body;
    expect(gained).toContainEqual({ user: user(dan), relation: 'member', object: `organization:${own}` });
    expect(gained).toContainEqual({ user: user(dan), relation: 'holder', object: within('posts.read') });
    expect(gained).not.toContainEqual({ user: user(dan), relation: 'holder', object: within('posts.write') });
    expect(gained).toContainEqual({ user: user(ada), relation: 'holder', object: within('posts.write') });
  });

  it('is told of somebody’s past only as far as they belonged to it then', async () => {
    await done(ada, 'POST', `/v1/organizations/${own}/members`, { userId: dan.userId });
    const asked = { user: user(dan), relation: 'holder', object: within('posts.write') };
    const at = async (moment: object) => (await question(ada, 'check', { ...asked, ...moment })).body.allowed;
    expect([await at({}), await at({ at: founded })]).toEqual([true, false]);
    expect((await question(ada, 'why-changed', { ...asked, from: founded })).body).toMatchObject({
      from: { allowed: false },
      to: { allowed: true },
      events: [],
    });
    await done(ada, 'DELETE', `/v1/organizations/${own}/members/${dan.userId}`);
    expect(await at({})).toBe(false);
  });
});

describe('two worlds that differ only in what is not of an organization', () => {
  it('are the same to its admin, whatever is asked', async () => {
    const start = Number((await access.create(admin, 'unrelated')).body.revision);
    const [alike, alikeThen] = [await answers(start), await answers(start, { at: start })];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...elsewhere()), { minLength: 1, maxLength: 8 }), async (changes) => {
        for (const change of changes) await change();
        const { revision } = (await question(admin, 'check', { user: 'user:me', relation: 'member', object: 'team:x' }))
          .body;
        expect(await answers(start)).toEqual(alike);
        expect(await answers(start, { at: revision })).toEqual(alikeThen);
      }),
      { numRuns: 6, endOnFailure: true },
    );
  }, 180_000);
});

/** Changes about people and things that are not the organization’s; some take others back. */
const elsewhere = (): readonly (() => Promise<unknown>)[] => [
  () => access.grant(admin, dan, 'admin'),
  () => access.revoke(admin, dan, 'admin'),
  () => access.grant(admin, cleo, 'posts.read'),
  () => access.revoke(admin, dan, 'posts.write'),
  () => access.grant(admin, dan, 'posts.write'),
  () => access.suspend(dan),
  () => access.suspend(dan, false),
  () => ask(admin, 'POST', `/v1/groups/${shared}/members`, { userId: cleo.userId }),
  () => ask(admin, 'DELETE', `/v1/groups/${shared}/members/${cleo.userId}`),
  () => ask(admin, 'POST', `/v1/groups/${system}/members`, { userId: cleo.userId }),
  () => ask(admin, 'PUT', `/v1/users/${cleo.userId}/roles/author`),
  () => ask(admin, 'PUT', `/v1/teams/${otherTeam}/permissions/posts.drop`),
  () => ask(admin, 'DELETE', `/v1/teams/${otherTeam}/permissions/posts.drop`),
  () => ask(cleo, 'PUT', `/v1/users/${dan.userId}/permissions/posts.read?organization=${other}`),
  () => ask(cleo, 'POST', `/v1/groups/${shared}/members?organization=${other}`, { userId: dan.userId }),
  () => ask(cleo, 'DELETE', `/v1/groups/${shared}/members/${dan.userId}`),
  () => ask(cleo, 'POST', '/v1/organizations', { name: 'One more' }),
];

/** All that the admin can learn by questions, but for where the log stands. */
const answers = async (start: number, moment: object = {}) => {
  const people = [ada, ben, cleo, dan].map(user);
  const sets = [`team:${team}#member`, `team:${otherTeam}#member`, `group:${shared}#member`, `group:${system}#member`];
  const groupParts = [own, other].map((id) => `group:${shared}/${id}#member`);
  const subjects = [
    ...people,
    ...sets,
    ...groupParts,
    'role:author#assignee',
    `role:${own}/own#assignee`,
    `user:${nobody}`,
  ];
  const objects = [
    ...['admin', 'posts.write', 'posts.read', 'posts.drop'].map((name) => [within(name), 'holder'] as const),
    [`role:${own}/own`, 'assignee'] as const,
    [`team:${team}`, 'member'] as const,
    [`organization:${own}`, 'member'] as const,
    [`project:${project}`, 'member'] as const,
    [`group:${shared}/${own}`, 'member'] as const,
  ];
  const asked = objects.flatMap(([object, relation]) => subjects.map((one) => ({ user: one, relation, object })));
  const checks = asked.map((one) => ({ ...one, ...moment }));
  const isNow = Object.keys(moment).length === 0;
  const found = [await question(ada, 'batch-check', { checks })];
  for (const one of asked.filter(({ object }) => object.includes('/'))) {
    found.push(await question(ada, 'explain', { ...one, ...moment }));
  }
  for (const one of asked.filter(({ object }) => isNow && object === within('posts.write'))) {
    found.push(await question(ada, 'why-changed', { ...one, from: start }));
  }
  for (const one of people) {
    found.push(await question(ada, 'explain', { user: one, relation: 'member', object: `team:${team}`, ...moment }));
  }
  for (const [object, relation] of objects) {
    found.push(await question(ada, 'list-users', { object, relation, ...moment }));
    found.push(await question(ada, 'expand', { object, relation, ...moment }));
  }
  for (const one of [ben, cleo, dan].map(user)) {
    for (const [type, relation] of [['permission', 'holder'] as const, ['role', 'assignee'] as const]) {
      found.push(await question(ada, 'list-objects', { user: one, relation, type, ...moment }));
    }
  }
  const toGroup = { type: 'grantPermission', groupId: shared, permission: 'posts.drop', organizationId: own };
  const newcomer = [
    { type: 'addOrganizationMember', organizationId: own, userId: cleo.userId },
    { type: 'grantPermission', userId: ada.userId, permission: 'posts.drop', organizationId: own },
    { type: 'addGroupMember', groupId: shared, userId: cleo.userId, organizationId: own },
    { type: 'assignRole', userId: cleo.userId, name: 'own', organizationId: own },
  ];
  found.push(await question(ada, 'preview', { commands: [toGroup] }));
  found.push(await question(ada, 'preview', { commands: newcomer.slice(0, 2) }));
  found.push(await question(ada, 'preview', { commands: newcomer.filter(({ type }) => type !== 'addGroupMember') }));
  found.push(await question(ada, 'preview', { commands: newcomer }));
  found.push(await ask(ada, 'GET', `/v1/groups/${shared}/members`));
  for (const name of ['posts.read', 'posts.drop']) {
    found.push(await ask(ada, 'GET', `/v1/permissions/${name}/holders?organization=${own}`));
  }
  for (const one of [ben, cleo, dan]) {
    found.push(await ask(ada, 'GET', `/v1/users/${one.userId}/permissions?organization=${own}`));
  }
  return found.map((answer) => JSON.parse(JSON.stringify(answer, withoutRevision)));
};

const withoutRevision = (name: string, value: unknown): unknown => (name === 'revision' ? undefined : value);
