import { randomUUID } from 'node:crypto';
import type { SignedInPerson } from '@rollcall/testing/people';
import type { StructureCallerKind } from '@rollcall/types/testing/structure-table';
import type { Cast } from './cast.ts';

/** An organization with everything in it that a route can be about, and the people that routes tell apart. */
export interface World {
  readonly organizationId: string;
  readonly teamId: string;
  readonly projectId: string;
  /** A manageable one, with the target in it on the organization's behalf. */
  readonly groupId: string;
  /** The position of the event that founded the team. */
  readonly position: number;
  readonly orgAdmin: SignedInPerson;
  readonly member: SignedInPerson;
  /** A member, in the team and in the project, whom calls are about. */
  readonly target: SignedInPerson;
  /** Belongs to nothing yet. */
  readonly newcomer: SignedInPerson;
}

/** The role that every organization of a journey has, and its target. */
export const roleName = 'editor';

/** Founds an organization of its own for a call that changes it: in one batch, by who becomes its admin. */
export const found = async (cast: Cast): Promise<World> => {
  const [orgAdmin, member, target, newcomer] = await Promise.all(
    ['org-admin', 'org-member', 'org-target', 'org-newcomer'].map((name) => cast.named(name)),
  );
  if (!orgAdmin || !member || !target || !newcomer) throw new Error('nobody is there');
  const [organizationId, teamId, projectId] = [randomUUID(), randomUUID(), randomUUID()];
  const commands = [
    { type: 'createOrganization', organizationId, name: 'Acme' },
    { type: 'addOrganizationMember', organizationId, userId: member.id },
    { type: 'addOrganizationMember', organizationId, userId: target.id },
    { type: 'createProject', projectId, name: 'Site', owner: `organization:${organizationId}` },
    { type: 'addProjectMember', projectId, userId: target.id },
    { type: 'createTeam', teamId, organizationId, name: 'Crew' },
    { type: 'addTeamMember', teamId, userId: target.id },
    { type: 'createRole', organizationId, name: roleName, description: 'For journeys.' },
    { type: 'assignRole', organizationId, name: roleName, userId: target.id },
  ];
  const made = await cast.api('POST', '/v1/access/commands', { token: orgAdmin.token, body: { commands } });
  if (made.status !== 200) throw new Error(`no organization: ${made.status} ${JSON.stringify(made.body)}`);
  const events: readonly { type: string; position: number }[] = made.body.events;
  const position = events.find(({ type }) => type === 'team.created')?.position ?? 0;
  const group = { name: `Journey ${organizationId}`, description: 'For journeys.', kind: 'manageable' };
  const { id: groupId } = await cast.asAdmin('POST', '/v1/groups', group);
  const put = { token: orgAdmin.token, body: { userId: target.id } };
  const within = await cast.api('POST', `/v1/groups/${groupId}/members?organization=${organizationId}`, put);
  if (within.status !== 201) throw new Error(`not in the group: ${within.status}`);
  return { organizationId, teamId, projectId, groupId, position, orgAdmin, member, target, newcomer };
};

/** Whoever calls, but for those whose token has stopped. */
export const callerOf = (
  cast: Cast,
  world: World,
  kind: Exclude<StructureCallerKind, 'ended'>,
): Promise<SignedInPerson> | undefined => {
  switch (kind) {
    case 'nobody':
      return undefined;
    case 'stranger':
      return cast.named('org-stranger');
    case 'member':
      return Promise.resolve(world.member);
    case 'orgAdmin':
      return Promise.resolve(world.orgAdmin);
    case 'foreign':
      return cast.named('org-foreign', async ({ token }) => {
        const founded = await cast.api('POST', '/v1/organizations', { token, body: { name: 'Other' } });
        if (founded.status !== 201) throw new Error(`no organization: ${founded.status}`);
      });
    case 'operator':
      return cast.holderOf('access.read', 'access.manage');
    case 'admin':
      return Promise.resolve(cast.admin);
    default:
      return kind satisfies never;
  }
};
