import { randomUUID } from 'node:crypto';
import type { Actor } from '@rollcall/service-kit/actor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

let access: RolePermissionUnderTest;
let admin: Actor;
let ada: Actor;
let ben: Actor;

const get = (actor: Actor, path: string) => access.call({ method: 'GET', path, actor });
const send = async (actor: Actor, commands: readonly object[]): Promise<number> => {
  const { status, body } = await access.call({
    method: 'POST',
    path: '/v1/access/commands',
    actor,
    body: { commands },
  });
  expect([status, body.code]).toEqual([200, undefined]);
  return Number(body.revision);
};
const tuples = (items: unknown): string[] =>
  [items].flat().map((item) => {
    const { object, relation, user } = Object(item);
    return `${object}#${relation}@${user}`;
  });

beforeAll(async () => {
  access = await startRolePermissionUnderTest();
  admin = await access.person();
  [ada, ben] = [await access.person(), await access.person()];
});
afterAll(() => access.stop());

const founded = async () => {
  const [organizationId, teamId] = [randomUUID(), randomUUID()];
  const revision = await send(ada, [
    { type: 'createOrganization', organizationId, name: 'Acme' },
    { type: 'addOrganizationMember', organizationId, userId: ben.userId },
    { type: 'createTeam', organizationId, teamId, name: 'Crew' },
    { type: 'createRole', organizationId, name: 'editor', description: 'x' },
    { type: 'assignRole', organizationId, name: 'editor', userId: ben.userId },
  ]);
  return { organizationId, teamId, revision };
};

describe('the state of an organization', () => {
  it('is what it was at a moment, with its teams and roles, page by page', async () => {
    const { organizationId, teamId, revision } = await founded();
    await send(ada, [{ type: 'addTeamMember', teamId, userId: ben.userId }]);
    const path = `/v1/access/state?organization=${organizationId}`;
    const then = [
      `organization:${organizationId}#admin@user:${ada.userId}`,
      `organization:${organizationId}#member@user:${ben.userId}`,
      `role:${organizationId}/editor#assignee@user:${ben.userId}`,
      `team:${teamId}#organization@organization:${organizationId}`,
    ];
    expect(tuples((await get(ada, `${path}&at=${revision}`)).body.items)).toEqual(then);
    const first = (await get(ada, `${path}&at=${revision}&limit=3`)).body;
    const rest = (await get(ada, `${path}&at=${revision}&limit=3&cursor=${first.nextCursor}`)).body;
    expect([...tuples(first.items), ...tuples(rest.items)]).toEqual(then);
    expect(tuples((await get(ada, path)).body.items)).toContain(`team:${teamId}#member@user:${ben.userId}`);
  });

  it('is for its admins and for readers of all, who know it after it is gone too', async () => {
    const { organizationId, revision } = await founded();
    const path = `/v1/access/state?organization=${organizationId}&at=${revision}`;
    expect((await get(ben, path)).status).toBe(403);
    expect((await get(await access.person(), path)).status).toBe(404);
    expect((await get(ada, '/v1/access/state')).status).toBe(404);
    await send(ada, [{ type: 'deleteOrganization', organizationId }]);
    expect((await get(ada, path)).status).toBe(404);
    expect(tuples((await get(admin, path)).body.items)).toHaveLength(4);
  });
});

describe('the difference between two moments', () => {
  it('has what came, what went and what is on other terms', async () => {
    const { organizationId, teamId, revision } = await founded();
    const validUntil = '2999-01-01T00:00:00.000Z';
    const to = await send(ada, [
      { type: 'addTeamMember', teamId, userId: ben.userId },
      { type: 'unassignRole', organizationId, name: 'editor', userId: ben.userId },
      { type: 'changeOrganizationMember', organizationId, userId: ben.userId, validUntil },
    ]);
    for (const actor of [ada, admin]) {
      const scope = actor === ada ? `&organization=${organizationId}` : '';
      const { body } = await get(actor, `/v1/access/diff?from=${revision}&to=${to}${scope}`);
      expect(tuples(body.added)).toEqual([`team:${teamId}#member@user:${ben.userId}`]);
      expect(tuples(body.removed)).toEqual([`role:${organizationId}/editor#assignee@user:${ben.userId}`]);
      expect(body.changed).toMatchObject([{ user: `user:${ben.userId}`, validUntil, validUntilBefore: null }]);
    }
    expect((await get(ada, `/v1/access/diff?from=${to}&to=${revision}&organization=${organizationId}`)).status).toBe(
      400,
    );
  });
});

describe('verify', () => {
  it('replays the log to the very state that is answered from', async () => {
    const { status, body } = await get(admin, '/v1/access/verify');
    expect(status).toBe(200);
    expect(body).toMatchObject({ agrees: true, stateHash: body.replayHash, edges: { missing: 0, unexpected: 0 } });
    expect(Object(body.edges).compared).toBeGreaterThan(0);
    expect((await get(ada, '/v1/access/verify')).status).toBe(404);
  });

  it('sees a table of edges that somebody has changed, and a log', async () => {
    await founded();
    const { owner } = access.database;
    await owner`update role_permission.edges set to_position = from_position + 1
      where (object, relation, subject) in (select object, relation, subject from role_permission.edges
        where to_position is null order by from_position limit 1)`;
    expect((await get(admin, '/v1/access/verify')).body).toMatchObject({ agrees: false, edges: { missing: 1 } });
    const before = (await get(admin, '/v1/access/verify')).body;
    await owner`update role_permission.events set data = data || '{"description":"Another"}' where type = 'role.created'`;
    const after = (await get(admin, '/v1/access/verify')).body;
    expect(after).toMatchObject({ agrees: false, stateHash: before.stateHash });
    expect(after.replayHash).not.toBe(after.stateHash);
  });
});
