import { randomUUID } from 'node:crypto';
import type { Actor } from '@rollcall/service-kit/actor';
import { accessCommands } from '@rollcall/types/access-commands';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolePermissionUnderTest, startRolePermissionUnderTest } from '../testing/role-permission-under-test.ts';

type Fields = Readonly<Record<string, unknown>>;

let access: RolePermissionUnderTest;
let admin: Actor;
/** Has an organization of her own, and no business with the other one. */
let eve: Actor;
let vic: Actor;
const own = { organization: randomUUID(), team: randomUUID(), project: randomUUID(), reservation: randomUUID() };
const foreign = { ...own };
const missing = { ...own };
for (const kind of ['organization', 'team', 'project', 'reservation'] as const) {
  foreign[kind] = randomUUID();
  missing[kind] = randomUUID();
}
const groups = { foreign: '', missing: randomUUID() };
const validUntil = '2999-01-01T00:00:00.000Z';

const ask = (actor: Actor, path: string, body: unknown) => access.ask(actor, 'POST', path, body);

beforeAll(async () => {
  access = await startRolePermissionUnderTest();
  admin = await access.person();
  [eve, vic] = [await access.person(), await access.person()];
  await access.create(admin, 'posts.write');
  for (const [actor, { organization, team, project, reservation }] of [
    [eve, own],
    [vic, foreign],
  ] as const) {
    const commands = [
      { type: 'createOrganization', organizationId: organization, name: 'Some' },
      { type: 'createTeam', organizationId: organization, teamId: team, name: 'Crew' },
      { type: 'createProject', projectId: project, name: 'Site', owner: `organization:${organization}` },
      { type: 'createRole', organizationId: organization, name: 'own', description: 'x' },
      { type: 'reserveSeat', organizationId: organization, reservationId: reservation, validUntil },
    ];
    expect((await ask(actor, '/v1/access/commands', { commands })).status).toBe(200);
  }
  const { body } = await ask(admin, '/v1/groups', { name: 'g', description: 'x', kind: 'system' });
  groups.foreign = String(body.id);
});
afterAll(() => access.stop());

type Things = typeof own & { readonly group: string };

/** Commands of Eve that name what she may not know of. */
const commandsAbout = ({ organization, team, project, group, reservation }: Things): readonly Fields[] => {
  const [organizationId, teamId, projectId, groupId] = [organization, team, project, group];
  const { userId } = eve;
  const within = { organizationId: own.organization };
  const grant = { permission: 'posts.write' };
  return [
    { type: 'grantPermission', ...grant, userId, organizationId },
    { type: 'grantPermission', ...grant, teamId, ...within },
    { type: 'grantPermission', ...grant, groupId, ...within },
    { type: 'grantPermission', ...grant, teamId },
    { type: 'revokePermission', ...grant, userId, organizationId },
    { type: 'revokePermission', ...grant, teamId, ...within },
    { type: 'revokePermission', ...grant, groupId, ...within },
    { type: 'createRole', name: 'r', description: 'x', organizationId },
    { type: 'describeRole', name: 'own', description: 'y', organizationId },
    { type: 'deleteRole', name: 'own', organizationId },
    { type: 'assignRole', name: 'own', userId, organizationId },
    { type: 'assignRole', name: 'own', teamId, ...within },
    { type: 'assignRole', name: 'own', groupId, ...within },
    { type: 'unassignRole', name: 'own', userId, organizationId },
    { type: 'unassignRole', name: 'own', teamId, ...within },
    { type: 'unassignRole', name: 'own', groupId, ...within },
    { type: 'describeGroup', groupId, description: 'y' },
    { type: 'deleteGroup', groupId },
    { type: 'addGroupMember', groupId, userId, ...within },
    { type: 'removeGroupMember', groupId, userId },
    { type: 'setUserGroups', userId, ...within, groups: [groupId] },
    { type: 'setUserGroups', userId, organizationId, groups: [] },
    { type: 'renameOrganization', organizationId, name: 'Mine' },
    { type: 'deleteOrganization', organizationId },
    { type: 'setOrganizationPolicies', organizationId, mfaRequired: true },
    { type: 'setOrganizationPlan', organizationId, plan: 'free' },
    { type: 'setOrganizationPlan', organizationId, plan: 'no such' },
    { type: 'addOrganizationMember', organizationId, userId },
    { type: 'addOrganizationMember', ...within, userId: vic.userId, reservationId: reservation },
    { type: 'changeOrganizationMember', organizationId, userId, admin: true },
    { type: 'removeOrganizationMember', organizationId, userId: vic.userId },
    { type: 'reserveSeat', organizationId, reservationId: randomUUID(), validUntil },
    { type: 'releaseSeat', organizationId, reservationId: reservation },
    { type: 'releaseSeat', ...within, reservationId: reservation },
    { type: 'createTeam', organizationId, name: 'Team' },
    { type: 'renameTeam', teamId, name: 'Mine' },
    { type: 'deleteTeam', teamId },
    { type: 'addTeamMember', teamId, userId },
    { type: 'changeTeamMember', teamId, userId, validUntil },
    { type: 'removeTeamMember', teamId, userId },
    { type: 'createProject', name: 'Mine', owner: `organization:${organization}` },
    { type: 'renameProject', projectId, name: 'Mine' },
    { type: 'deleteProject', projectId },
    { type: 'transferProject', projectId, owner: `user:${userId}` },
    { type: 'transferProject', projectId: own.project, owner: `organization:${organization}` },
    { type: 'addProjectMember', projectId, userId },
    { type: 'addProjectMember', projectId: own.project, teamId },
    { type: 'changeProjectMember', projectId, userId, validUntil },
    { type: 'changeProjectMember', projectId: own.project, teamId, validUntil },
    { type: 'removeProjectMember', projectId, userId },
    { type: 'removeProjectMember', projectId: own.project, teamId },
  ];
};

const hidden = () => commandsAbout({ ...foreign, group: groups.foreign });
const absent = () => commandsAbout({ ...missing, group: groups.missing });
const refused = (path: string, commands: readonly unknown[]) => ask(eve, path, { commands });

describe('a command about what its author may not know of', () => {
  it('is there for every type that names something', () => {
    const named = new Set(hidden().map(({ type }) => type));
    const others = Object.keys(accessCommands).filter((type) => !named.has(type));
    // What these name is known to all, or to whoever may do them.
    expect(others.sort()).toEqual([
      'createGroup',
      'createOrganization',
      'createPermission',
      'deletePermission',
      'describePermission',
    ]);
  });

  it.each(['commands', 'preview'])('answers as if it were not there, in %s', async (kind) => {
    for (const [n, command] of hidden().entries()) {
      const other = absent()[n];
      const path = `/v1/access/${kind}`;
      const harmless = { type: 'renameTeam', teamId: own.team, name: 'Crew' };
      const answer = await refused(path, [harmless, command]);
      expect([command, answer]).toEqual([command, await refused(path, [harmless, other])]);
    }
  });

  it('does not tell by its place in a batch which of two there is', async () => {
    const stranger = { type: 'renameTeam', teamId: missing.team, name: 'x' };
    for (const [n, command] of hidden().entries()) {
      const other = absent()[n];
      for (const batch of [(one: unknown) => [one, stranger], (one: unknown) => [stranger, one]]) {
        const answer = await refused('/v1/access/commands', batch(command));
        expect([command, answer]).toEqual([command, await refused('/v1/access/commands', batch(other))]);
      }
    }
  });
});
