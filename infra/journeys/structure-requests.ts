import { randomBytes } from 'node:crypto';
import { playedNameServer } from '@rollcall/testing/name-server';
import type { SignedInPerson } from '@rollcall/testing/people';
import type { Cast } from './cast.ts';
import { callback } from './oauth-browser.ts';
import { someClient } from './oauth-requests.ts';
import { sharedPermission } from './shared-permission.ts';
import { roleName, type World } from './structure-world.ts';

export interface StructureRequest {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: unknown;
}

interface Calling {
  readonly cast: Cast;
  readonly world: World;
  readonly caller: SignedInPerson | undefined;
}

type Compose = (calling: Calling) => StructureRequest | Promise<StructureRequest>;

const organization: Compose = ({ world: { organizationId } }) => ({ params: { organizationId } });
const team: Compose = ({ world: { teamId } }) => ({ params: { teamId } });
const project: Compose = ({ world: { projectId } }) => ({ params: { projectId } });
const targetOf =
  (thing: 'organizationId' | 'teamId', body?: unknown): Compose =>
  ({ world }) => ({ params: { [thing]: world[thing], userId: world.target.id }, ...(body ? { body } : {}) });
const named =
  (compose: Compose): Compose =>
  async (calling) => ({ ...(await compose(calling)), body: { name: 'Another' } });
const soon = () => new Date(Date.now() + 3_600_000).toISOString();

/** The member becomes one of the project too. */
const inIt =
  (compose: Compose): Compose =>
  async (calling) => {
    const { cast, world } = calling;
    const path = `/v1/projects/${world.projectId}/members`;
    await cast.api('POST', path, { token: world.orgAdmin.token, body: { userId: world.member.id } });
    return compose(calling);
  };

/** What is asked within the organization. */
const there =
  (compose: (world: World) => StructureRequest): Compose =>
  ({ world }) => ({ ...compose(world), query: `organization=${world.organizationId}` });
const aRole = (more: StructureRequest = {}) => there(() => ({ ...more, params: { name: roleName, ...more.params } }));
const ofTarget =
  (params: Readonly<Record<string, string>> = {}) =>
  ({ target }: World): StructureRequest => ({
    params: { userId: target.id, ...params },
  });
const ofTeam = ({ teamId }: World): StructureRequest => ({ params: { teamId, name: sharedPermission } });
const aGroup: Compose = ({ world: { groupId } }) => ({ params: { groupId } });
const aboutTarget =
  (more: object = {}): Compose =>
  ({ world: { teamId, target } }) => ({
    body: { user: `user:${target.id}`, relation: 'member', object: `team:${teamId}`, ...more },
  });
const freshRole = () => ({ name: `journeys.${randomBytes(6).toString('hex')}`, description: 'Made by a journey.' });
const everywhere =
  (compose: (world: World) => StructureRequest): Compose =>
  ({ world }) =>
    compose(world);

/** A domain of the organization, whose record is there. */
const ofDomain: Compose = async ({ cast, world: { organizationId, orgAdmin } }) => {
  const domain = `${organizationId}.example.com`;
  const path = `/v1/organizations/${organizationId}/domains`;
  const { body } = await cast.api('POST', path, { token: orgAdmin.token, body: { domain } });
  (await playedNameServer()).publish(body.record.name, body.record.value);
  return { params: { organizationId, domain } };
};
const aClient = { name: 'Made by a journey', authMethod: 'client_secret_basic', redirectUris: [callback] };
const ofClient: Compose = async ({ cast, world: { organizationId, orgAdmin } }) => {
  const path = `/v1/oauth/clients?organization=${organizationId}`;
  const { body } = await cast.api('POST', path, { token: orgAdmin.token, body: aClient });
  return { params: { clientId: String(body.id) } };
};
const everybodysClient: Compose = async ({ cast }) => ({ params: { clientId: (await someClient(cast)).id } });
const aProvider = { preset: 'google', clientId: 'journeys', clientSecret: 'known to nobody' };
const ofProvider: Compose = async ({ cast, world: { organizationId, orgAdmin } }) => {
  const path = `/v1/organizations/${organizationId}/identity-providers`;
  const { body } = await cast.api('POST', path, { token: orgAdmin.token, body: aProvider });
  return { params: { organizationId, providerId: body.id } };
};

/** Input that is valid for each operation of the table, in a world of its own. */
export const structureRequests: Readonly<Record<string, Compose>> = {
  readOrganization: organization,
  renameOrganization: named(organization),
  deleteOrganization: organization,
  readOrganizationPolicies: organization,
  setOrganizationPolicies: ({ world }) => ({
    params: { organizationId: world.organizationId },
    body: { mfaRequired: false },
  }),
  listOrganizationDomains: organization,
  claimOrganizationDomain: async (calling) => ({
    ...(await organization(calling)),
    body: { domain: `${calling.world.organizationId}.example.com` },
  }),
  verifyOrganizationDomain: ofDomain,
  removeOrganizationDomain: ofDomain,
  listOrganizationProviders: organization,
  addOrganizationProvider: async (calling) => ({ ...(await organization(calling)), body: aProvider }),
  readOrganizationProvider: ofProvider,
  updateOrganizationProvider: async (calling) => ({ ...(await ofProvider(calling)), body: { enabled: false } }),
  removeOrganizationProvider: ofProvider,
  listClients: there(() => ({})),
  createClient: there(() => ({ body: aClient })),
  readClient: ofClient,
  updateClient: async (calling) => ({ ...(await ofClient(calling)), body: { name: 'Another' } }),
  deleteClient: ofClient,
  rotateClientSecret: ofClient,
  "listClients when everybody's": () => ({}),
  "createClient when everybody's": () => ({ body: aClient }),
  "readClient when everybody's": everybodysClient,
  "updateClient when everybody's": async (calling) => ({
    ...(await everybodysClient(calling)),
    body: { name: 'Another' },
  }),
  "deleteClient when everybody's": everybodysClient,
  "rotateClientSecret when everybody's": everybodysClient,
  listOrganizationMembers: organization,
  addOrganizationMember: ({ world }) => ({
    params: { organizationId: world.organizationId },
    body: { userId: world.newcomer.id },
  }),
  changeOrganizationMember: targetOf('organizationId', { admin: true }),
  removeOrganizationMember: targetOf('organizationId'),
  'removeOrganizationMember when themselves': ({ world: { organizationId }, caller }) => ({
    params: { organizationId, userId: caller?.id ?? 'me' },
  }),

  createTeam: ({ world: { organizationId } }) => ({ body: { organizationId, name: 'Second' } }),
  readTeam: team,
  renameTeam: named(team),
  deleteTeam: team,
  listTeamMembers: team,
  addTeamMember: ({ world }) => ({ params: { teamId: world.teamId }, body: { userId: world.member.id } }),
  changeTeamMember: (calling) => targetOf('teamId', { validUntil: soon() })(calling),
  removeTeamMember: targetOf('teamId'),

  createProject: ({ world: { organizationId } }) => ({
    body: { name: 'Second', owner: `organization:${organizationId}` },
  }),
  readProject: project,
  'readProject when in it': inIt(project),
  renameProject: named(project),
  'renameProject when in it': inIt(named(project)),
  deleteProject: project,
  transferProject: ({ world }) => ({
    params: { projectId: world.projectId },
    body: { owner: `user:${world.orgAdmin.id}` },
  }),
  listProjectMembers: project,
  addProjectMember: ({ world }) => ({ params: { projectId: world.projectId }, body: { teamId: world.teamId } }),
  changeProjectMember: ({ world }) => ({
    params: { projectId: world.projectId, memberId: world.target.id },
    body: { validUntil: soon() },
  }),
  removeProjectMember: ({ world }) => ({ params: { projectId: world.projectId, memberId: world.target.id } }),

  submitAccessCommands: ({ world: { organizationId } }) => ({
    body: { commands: [{ type: 'renameOrganization', organizationId, name: 'Another' }] },
  }),
  readAccessEvent: ({ world: { position } }) => ({ params: { position: String(position) } }),
  restoreDeletedItem: async ({ cast, world }) => {
    await cast.api('DELETE', `/v1/teams/${world.teamId}`, { token: world.orgAdmin.token });
    return { params: { id: world.teamId } };
  },
  undoAccessEvent: async ({ cast, world }) => {
    const path = `/v1/organizations/${world.organizationId}`;
    const { token } = world.orgAdmin;
    const { body } = await cast.api('PATCH', path, { token, body: { name: 'Renamed' } });
    return { params: { position: String(body.revision) } };
  },

  listRoles: there(() => ({})),
  'listRoles when everywhere': everywhere(() => ({})),
  createRole: there(() => ({ body: freshRole() })),
  'createRole when everywhere': everywhere(() => ({ body: freshRole() })),
  readRole: aRole(),
  describeRole: aRole({ body: { description: 'Another.' } }),
  deleteRole: aRole(),
  addRolePermission: aRole({ params: { permission: sharedPermission } }),
  removeRolePermission: aRole({ params: { permission: sharedPermission } }),
  listRoleAssignees: aRole(),
  assignRole: there(({ teamId }) => ({ params: { name: roleName, assignee: `team:${teamId}` } })),
  unassignRole: there(({ target }) => ({ params: { name: roleName, assignee: `user:${target.id}` } })),
  assignUserRole: there(({ member }) => ({ params: { name: roleName, userId: member.id } })),
  'assignUserRole when everywhere': async ({ cast, world }) => {
    const { name } = await cast.asAdmin('POST', '/v1/roles', freshRole());
    return { params: { name, userId: world.target.id } };
  },
  unassignUserRole: there(ofTarget({ name: roleName })),
  listUserRoles: there(ofTarget()),
  'listUserRoles when everywhere': everywhere(ofTarget()),

  listHolders: there(() => ({ params: { name: sharedPermission } })),
  'listHolders when everywhere': everywhere(() => ({ params: { name: sharedPermission } })),
  listUserPermissions: there(ofTarget()),
  'listUserPermissions when everywhere': everywhere(ofTarget()),
  listUserServiceUserPermissions: there(ofTarget()),
  grantPermission: there(ofTarget({ name: sharedPermission })),
  'grantPermission when everywhere': everywhere(ofTarget({ name: sharedPermission })),
  revokePermission: there(ofTarget({ name: sharedPermission })),
  'revokePermission when everywhere': everywhere(ofTarget({ name: sharedPermission })),
  grantTeamPermission: there(ofTeam),
  'grantTeamPermission when everywhere': everywhere(ofTeam),
  revokeTeamPermission: there(ofTeam),
  'revokeTeamPermission when everywhere': everywhere(ofTeam),

  readGroup: aGroup,
  listGroupMembers: aGroup,
  addGroupMember: there(({ groupId, member }) => ({ params: { groupId }, body: { userId: member.id } })),
  removeGroupMember: ({ world: { groupId, target } }) => ({ params: { groupId, userId: target.id } }),
  listUserGroups: ({ world: { target } }) => ({ params: { userId: target.id } }),
  setUserGroups: ({ world: { organizationId, groupId, member } }) => ({
    params: { userId: member.id },
    body: { organizationId, groups: [groupId] },
  }),

  checkAccess: aboutTarget(),
  'checkAccess when about oneself': ({ world: { teamId } }) => ({
    body: { user: 'user:me', relation: 'member', object: `team:${teamId}` },
  }),
  checkAccessBatch: async (calling) => {
    const { body } = await aboutTarget()(calling);
    return { body: { checks: [body] } };
  },
  listAccessObjects: ({ world: { target } }) => ({
    body: { user: `user:${target.id}`, relation: 'member', type: 'team' },
  }),
  listAccessUsers: ({ world: { teamId } }) => ({ body: { object: `team:${teamId}`, relation: 'member' } }),
  expandAccess: ({ world: { teamId } }) => ({ body: { object: `team:${teamId}`, relation: 'member' } }),
  explainAccess: aboutTarget(),
  whyAccessChanged: aboutTarget({ from: 1 }),
  previewAccess: ({ world: { organizationId } }) => ({
    body: { commands: [{ type: 'renameOrganization', organizationId, name: 'Another' }] },
  }),
  readAccessState: there(() => ({})),
  'readAccessState when everywhere': everywhere(() => ({})),
  readAccessDiff: ({ world: { organizationId } }) => ({ query: `organization=${organizationId}&from=1` }),
};
