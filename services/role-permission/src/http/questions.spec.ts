import { randomUUID } from 'node:crypto';
import type { Actor } from '@rollcall/service-kit/actor';
import { mostMoments } from '@rollcall/types/access-questions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let admin: Actor;
let ada: Actor;
let ben: Actor;
let cleo: Actor;
/** Ada's, with Ben in its team, which is in the project. */
let organizationId: string;
let teamId: string;
let projectId: string;

const ask = (actor: Actor, method: string, path: string, body?: unknown) =>
  access.call({ method, path, actor, ...(body === undefined ? {} : { body }) });
const question = (actor: Actor, kind: string, body: unknown) => ask(actor, 'POST', `/v1/access/${kind}`, body);
const check = (actor: Actor, user: string, relation: string, object: string, more: object = {}) =>
  question(actor, 'check', { user, relation, object, ...more });
const allowed = async (actor: Actor, user: string, relation: string, object: string, more: object = {}) => {
  const { status, body } = await check(actor, user, relation, object, more);
  return status === 200 ? body.allowed : status;
};
const revisionOf = (answer: { readonly body: Readonly<Record<string, unknown>> }): number =>
  Number(answer.body.revision);

beforeAll(async () => {
  access = await startRolePermissionUnderTest();
  admin = await access.person();
  [ada, ben, cleo] = [await access.person(), await access.person(), await access.person()];
  await access.create(admin, 'posts.write');
  [organizationId, teamId, projectId] = [randomUUID(), randomUUID(), randomUUID()];
  const commands = [
    { type: 'createOrganization', organizationId, name: 'Acme' },
    { type: 'addOrganizationMember', organizationId, userId: ben.userId },
    { type: 'createTeam', organizationId, teamId, name: 'Crew' },
    { type: 'addTeamMember', teamId, userId: ben.userId },
    { type: 'createProject', projectId, name: 'Site', owner: `organization:${organizationId}` },
    { type: 'addProjectMember', projectId, teamId },
  ];
  expect((await ask(ada, 'POST', '/v1/access/commands', { commands })).status).toBe(200);
});
afterAll(() => access.stop());

describe('a check', () => {
  it('says what somebody is to a thing, by whatever way', async () => {
    expect(await allowed(ben, 'user:me', 'member', `project:${projectId}`)).toBe(true);
    expect(await allowed(ben, 'user:me', 'admin', `project:${projectId}`)).toBe(false);
    expect(await allowed(ada, 'user:me', 'admin', `project:${projectId}`)).toBe(true);
    expect(await allowed(ada, `user:${ben.userId}`, 'member', `team:${teamId}`)).toBe(true);
    expect(await allowed(ada, `team:${teamId}#member`, 'member', `project:${projectId}`)).toBe(true);
    expect(await allowed(admin, `user:${ben.userId}`, 'member', `organization:${organizationId}`)).toBe(true);
  });

  it('knows permissions everywhere, within an organization, and by administrators', async () => {
    const scoped = `permission:${organizationId}/posts.write`;
    expect(await allowed(ben, 'user:me', 'holder', scoped)).toBe(false);
    await ask(ada, 'PUT', `/v1/users/${ben.userId}/permissions/posts.write?organization=${organizationId}`);
    expect(await allowed(ben, 'user:me', 'holder', scoped)).toBe(true);
    expect(await allowed(ben, 'user:me', 'holder', 'permission:posts.write')).toBe(false);
    expect(await allowed(admin, 'user:me', 'holder', scoped)).toBe(true);
    expect(await allowed(admin, 'user:me', 'holder', 'permission:posts.write')).toBe(true);
    expect(await allowed(admin, 'user:me', 'holder', 'permission:no.such')).toBe(false);
    await ask(ada, 'DELETE', `/v1/users/${ben.userId}/permissions/posts.write?organization=${organizationId}`);
    await access.grant(admin, ben, 'posts.write');
    expect(await allowed(ben, 'user:me', 'holder', scoped)).toBe(true);
    await access.revoke(admin, ben, 'posts.write');
    expect(await allowed(ben, 'user:me', 'holder', scoped)).toBe(false);
  });

  it('about others is for those who administer the thing, and for readers of all', async () => {
    const other = `user:${ben.userId}`;
    for (const actor of [cleo, ben]) {
      expect(await allowed(actor, `user:${ada.userId}`, 'member', `team:${teamId}`)).toBe(403);
      expect(await allowed(actor, `user:${ada.userId}`, 'member', `team:${randomUUID()}`)).toBe(403);
    }
    await access.grant(admin, cleo, 'access.read');
    expect(await allowed(cleo, other, 'member', `team:${teamId}`)).toBe(true);
    await access.revoke(admin, cleo, 'access.read');
  });

  it('of what is not there says no, in any spelling', async () => {
    expect(await allowed(ben, 'user:me', 'member', `team:${randomUUID()}`)).toBe(false);
    expect(await allowed(ben, 'user:me', 'member', `team:${teamId.toUpperCase()}`)).toBe(false);
    expect(await allowed(admin, 'user:nobody', 'member', `team:${teamId}`)).toBe(false);
  });

  it.each([
    ['an unknown relation', { user: 'user:me', relation: 'friend', object: 'team:x' }],
    ['an unknown type', { user: 'user:me', relation: 'member', object: 'planet:x' }],
    ['no id', { user: 'user:me', relation: 'member', object: 'team:' }],
    ['a space', { user: 'user:me', relation: 'member', object: 'team:a b' }],
    ['a field that is none', { user: 'user:me', relation: 'member', object: 'team:x', admin: true }],
    ['a revision that is yet to come', { user: 'user:me', relation: 'member', object: 'team:x', at: 1e9 }],
    [
      'an instant that is yet to come',
      { user: 'user:me', relation: 'member', object: 'team:x', at: '2999-01-01T00:00:00Z' },
    ],
  ])('with %s is refused, naming it', async (_, body) => {
    expect(await question(ben, 'check', body)).toMatchObject({
      status: 400,
      body: { code: 'invalid_input', errors: [{ detail: expect.any(String) }] },
    });
  });

  it('of somebody who is suspended says no, and yes again afterwards', async () => {
    await access.suspend(ben);
    expect(await allowed(ada, `user:${ben.userId}`, 'member', `team:${teamId}`)).toBe(false);
    expect(
      (await question(admin, 'explain', { user: `user:${ben.userId}`, relation: 'member', object: `team:${teamId}` }))
        .body,
    ).toMatchObject({ allowed: false, missing: [`user:${ben.userId} is suspended`] });
    await access.suspend(ben, false);
    expect(await allowed(ada, `user:${ben.userId}`, 'member', `team:${teamId}`)).toBe(true);
  });

  it('ends with what it rests on, to the millisecond', async () => {
    const validUntil = new Date(Date.now() + 400).toISOString();
    await ask(admin, 'PUT', `/v1/users/${cleo.userId}/permissions/posts.write`, { validUntil });
    await expect.poll(() => allowed(cleo, 'user:me', 'holder', 'permission:posts.write')).toBe(false);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(validUntil));
  });

  it('waits for a revision that is named, and knows none of another epoch', async () => {
    const { revision } = (await access.grant(admin, ben, 'posts.write')).body;
    const object = 'permission:posts.write';
    expect(await allowed(ben, 'user:me', 'holder', object, { minRevision: revision })).toBe(true);
    expect(await allowed(ben, 'user:me', 'holder', object, { minRevision: `1-${revision}` })).toBe(true);
    expect((await check(ben, 'user:me', 'holder', object, { minRevision: `7-${revision}` })).body.code).toBe(
      'revision_unknown',
    );
    expect((await check(ben, 'user:me', 'holder', object, { minRevision: Number(revision) + 1_000 })).status).toBe(503);
    await access.revoke(admin, ben, 'posts.write');
  });
});

describe('many checks at once', () => {
  it('are answered in order, or refused with the place of the first that is', async () => {
    const one = { user: 'user:me', relation: 'member', object: `team:${teamId}` };
    expect(
      (await question(ben, 'batch-check', { checks: [one, { ...one, relation: 'organization' }, one] })).body,
    ).toMatchObject({
      results: [{ allowed: true }, { allowed: false }, { allowed: true }],
    });
    expect(await question(ben, 'batch-check', { checks: [one, { ...one, relation: 'friend' }] })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/body/checks/1' }] },
    });
    expect((await question(ben, 'batch-check', { checks: [one, { ...one, user: `user:${ada.userId}` }] })).status).toBe(
      403,
    );
  });
});

describe('a batch about the past', () => {
  const one = { user: 'user:me', relation: 'member', object: 'organization:' };
  const about = (moments: number) =>
    Array.from({ length: moments }, (_, n) => ({ ...one, object: `${one.object}${organizationId}`, at: n }));

  it('is about so many moments at most, and is refused whole beyond (N49)', async () => {
    const most = await question(ben, 'batch-check', { checks: about(mostMoments) });
    expect(most).toMatchObject({ status: 200 });
    expect(most.body.results).toHaveLength(mostMoments);
    expect(await question(ben, 'batch-check', { checks: about(mostMoments + 1) })).toMatchObject({
      status: 400,
      body: {
        code: 'invalid_input',
        errors: [{ pointer: '/body/checks', detail: expect.stringContaining(`${mostMoments}`) }],
      },
    });
  });

  it('may be about the same few moments a thousand times, in any order', async () => {
    const past = about(mostMoments - 1);
    const checks = Array.from({ length: 999 }, (_, n) => past[(n * 7) % past.length]);
    const { body } = await question(ben, 'batch-check', { checks: [...checks, { ...past[0], at: undefined }] });
    expect(body.results).toHaveLength(1_000);
    expect(Array.isArray(body.results) && body.results.at(-1)).toEqual({ allowed: true });
    expect(Array.isArray(body.results) && body.results[0]).toEqual({ allowed: false });
  });
});

describe('lists', () => {
  it('have every object of which a check says yes, page by page', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      const { body } = await ask(ada, 'POST', '/v1/teams', { organizationId, name: `Team ${n}` });
      await ask(ada, 'POST', `/v1/teams/${body.id}/members`, { userId: ben.userId });
      ids.push(`team:${body.id}`);
    }
    const wanted = { user: 'user:me', relation: 'member', type: 'team', limit: 4 };
    const first = (await question(ben, 'list-objects', wanted)).body;
    const rest = (await question(ben, 'list-objects', { ...wanted, cursor: first.nextCursor })).body;
    expect([first.complete, rest.complete]).toEqual([false, true]);
    expect([first.objects, rest.objects].flat()).toEqual([...ids, `team:${teamId}`].sort());
  });

  it('about others have what the asker administers', async () => {
    const wanted = { user: `user:${ben.userId}`, relation: 'member', type: 'project' };
    expect((await question(ada, 'list-objects', wanted)).body.objects).toEqual([`project:${projectId}`]);
    expect((await question(cleo, 'list-objects', wanted)).body.objects).toEqual([]);
  });

  it('have everybody of whom a check says yes', async () => {
    const users = (await question(ada, 'list-users', { object: `project:${projectId}`, relation: 'member' })).body
      .users;
    expect(users).toEqual([`user:${ada.userId}`, `user:${ben.userId}`].sort());
    expect((await question(cleo, 'list-users', { object: `project:${projectId}`, relation: 'member' })).status).toBe(
      403,
    );
  });
});

describe('why', () => {
  it('is told by the tuples on the way, with the events that made them', async () => {
    const { body } = await question(ben, 'explain', {
      user: 'user:me',
      relation: 'member',
      object: `project:${projectId}`,
    });
    expect(body).toMatchObject({
      allowed: true,
      paths: [
        [
          {
            tuple: { user: `user:${ben.userId}`, relation: 'member', object: `team:${teamId}` },
            event: { actor: ada.userId },
          },
          {
            tuple: { user: `team:${teamId}#member`, relation: 'member', object: `project:${projectId}` },
            event: { actor: ada.userId },
          },
        ],
      ],
    });
  });

  it('not is told in detail to those who may see the thing, and to nobody else', async () => {
    const asked = { user: `user:${cleo.userId}`, relation: 'member', object: `project:${projectId}` };
    const seen = (await question(ada, 'explain', asked)).body;
    expect(seen.allowed).toBe(false);
    expect(JSON.stringify(seen.missing)).toContain(teamId);
    expect((await question(cleo, 'explain', asked)).body.missing).toEqual([
      `user:${cleo.userId} is not member of project:${projectId}`,
    ]);
  });

  it('is expanded one level for those who administer it', async () => {
    const { body } = await question(ada, 'expand', { object: `team:${teamId}`, relation: 'member' });
    expect(JSON.stringify(body.tree)).toContain(`user:${ben.userId}`);
    expect((await question(ben, 'expand', { object: `team:${teamId}`, relation: 'member' })).status).toBe(403);
  });
});

describe('the past', () => {
  it('is answered as it was, by revision and by instant, and explained by the events of then', async () => {
    const object = 'permission:posts.write';
    const before = revisionOf(await access.grant(admin, ada, 'posts.write')) - 1;
    const granted = before + 1;
    const instant = new Date().toISOString();
    const revoked = revisionOf(await access.revoke(admin, ada, 'posts.write'));
    const at = (moment: unknown) => allowed(ada, 'user:me', 'holder', object, { at: moment });
    expect([await at(before), await at(granted), await at(instant), await at(revoked)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(await at('2000-01-01T00:00:00Z')).toBe(false);
    expect(await at(0)).toBe(false);
    const why = { user: 'user:me', relation: 'holder', object, at: granted };
    expect((await question(ada, 'explain', why)).body).toMatchObject({
      allowed: true,
      paths: [[{ event: { position: granted, actor: admin.userId } }]],
    });
  });

  it('has lists, nested ways and administrators, too', async () => {
    const { revision } = (await ask(ada, 'DELETE', `/v1/projects/${projectId}/members/${teamId}`)).body;
    const then = Number(revision) - 1;
    const asked = { user: `user:${ben.userId}`, relation: 'member', type: 'project' };
    expect((await question(ben, 'list-objects', { ...asked, at: then })).body.objects).toEqual([
      `project:${projectId}`,
    ]);
    expect((await question(ben, 'list-objects', asked)).body.objects).toEqual([]);
    const users = { object: `project:${projectId}`, relation: 'member' };
    expect((await question(ada, 'list-users', { ...users, at: then })).body.users).toHaveLength(2);
    expect(await allowed(ada, 'user:me', 'admin', `project:${projectId}`, { at: then })).toBe(true);
    expect(await allowed(admin, 'user:me', 'holder', `permission:${organizationId}/posts.write`, { at: then })).toBe(
      true,
    );
    expect(
      (await question(admin, 'list-objects', { user: 'user:me', relation: 'holder', type: 'permission', at: then }))
        .body.objects,
    ).toEqual(expect.arrayContaining(['permission:admin', 'permission:posts.write', 'permission:users.read']));
    await ask(ada, 'POST', `/v1/projects/${projectId}/members`, { teamId });
  });

  it('remembers who was suspended, and which permissions there were', async () => {
    await access.grant(admin, cleo, 'posts.write');
    await access.suspend(cleo);
    const during = revisionOf(await access.create(admin, 'later'));
    await access.suspend(cleo, false);
    const object = 'permission:posts.write';
    expect(await allowed(cleo, 'user:me', 'holder', object)).toBe(true);
    expect(await allowed(cleo, 'user:me', 'holder', object, { at: during })).toBe(false);
    expect(await allowed(admin, 'user:me', 'holder', 'permission:later', { at: during - 1 })).toBe(false);
    expect(await allowed(admin, 'user:me', 'holder', 'permission:later', { at: during })).toBe(true);
    await access.revoke(admin, cleo, 'posts.write');
  });

  it('says which events it took to change an answer, and no others', async () => {
    const user = `user:${cleo.userId}`;
    const object = 'permission:posts.write';
    const start = revisionOf(await access.create(admin, 'unrelated'));
    await ask(admin, 'POST', '/v1/roles', { name: 'author', description: 'x', permissions: ['posts.write'] });
    const direct = revisionOf(await access.grant(admin, cleo, 'posts.write'));
    await ask(admin, 'PUT', `/v1/users/${cleo.userId}/roles/author`);
    const both = revisionOf(await access.create(admin, 'unrelated.too'));
    const one = revisionOf(await access.revoke(admin, cleo, 'posts.write'));
    const other = revisionOf(await ask(admin, 'DELETE', '/v1/roles/author/permissions/posts.write'));
    const asked = { user, relation: 'holder', object };
    expect((await question(admin, 'why-changed', { ...asked, from: both })).body).toMatchObject({
      from: { allowed: true },
      to: { allowed: false },
      events: [{ position: one }, { position: other }],
    });
    const gained = (await question(admin, 'why-changed', { ...asked, from: start, to: direct })).body;
    expect(gained).toMatchObject({ events: [{ position: direct, type: 'permission.granted', actor: admin.userId }] });
    expect((await question(admin, 'why-changed', { ...asked, from: start, to: start })).body.events).toEqual([]);
    expect((await question(admin, 'why-changed', { ...asked, from: both, to: start })).status).toBe(400);
    expect((await question(ben, 'why-changed', { ...asked, from: both })).status).toBe(403);
  });
});

describe('a preview', () => {
  it('tells who would gain and who would lose what, and keeps nothing', async () => {
    const commands = [
      { type: 'addOrganizationMember', organizationId, userId: cleo.userId, admin: true },
      { type: 'removeTeamMember', teamId, userId: ben.userId },
    ];
    const { body } = await question(ada, 'preview', { commands });
    const user = `user:${cleo.userId}`;
    expect(body).toMatchObject({ complete: true });
    expect(body.gained).toEqual(
      expect.arrayContaining([
        { user, relation: 'admin', object: `organization:${organizationId}` },
        { user, relation: 'member', object: `organization:${organizationId}` },
        { user, relation: 'admin', object: `project:${projectId}` },
        { user, relation: 'member', object: `project:${projectId}` },
      ]),
    );
    expect(body.lost).toEqual([
      { user: `user:${ben.userId}`, relation: 'member', object: `project:${projectId}` },
      { user: `user:${ben.userId}`, relation: 'member', object: `team:${teamId}` },
    ]);
    expect(await allowed(ben, 'user:me', 'member', `team:${teamId}`)).toBe(true);
    expect(await allowed(cleo, 'user:me', 'member', `organization:${organizationId}`)).toBe(false);
    expect((await question(cleo, 'preview', { commands })).status).toBe(404);
  });
});
