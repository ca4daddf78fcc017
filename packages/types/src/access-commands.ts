import { z } from 'zod';
import { groupDescription, groupKind, groupName } from './groups.ts';
import { entityId, instant, userId } from './ids.ts';
import { newPermissionName, permissionDescription, permissionName } from './permissions.ts';
import { projectOwner } from './projects.ts';
import { line } from './text.ts';

/**
 * One request changes so many things at most, each of which is an event: what it names, what ends with that, and what a
 * cascade takes back. While they are decided nobody else is answered.
 */
export const mostChanges = 10_000;

/** What an organization, a team or a project is called. */
export const entityName = line({ min: 1, max: 70 });

/** The id of what is created may be chosen by whoever asks for it: commands after it in the same batch can name it. */
const newId = entityId.optional();
const until = { validUntil: instant.nullish() };
const scope = { organizationId: entityId.nullish() };

const isOne = (value: Readonly<Record<string, unknown>>, names: readonly string[]): boolean =>
  names.filter((name) => value[name] !== undefined).length === 1;

/** Exactly one of some members. */
const oneOf = <Shape extends z.ZodRawShape>(shape: Shape, ...names: readonly (string & keyof Shape)[]) =>
  z.strictObject(shape).refine((value) => isOne(value, names), `must have exactly one of ${names.join(', ')}`);

const holder = {
  userId: userId.optional(),
  teamId: entityId.optional(),
  groupId: entityId.optional(),
  role: permissionName.optional(),
};
const assignee = { userId: userId.optional(), teamId: entityId.optional(), groupId: entityId.optional() };
const projectMember = { userId: userId.optional(), teamId: entityId.optional() };

/**
 * Every wish about access that a client can have, by its name `<verb><Entity><Part>`, with the fields of its route. What
 * they mean is decided in one place, by the service that owns the log.
 */
export const accessCommands = {
  createPermission: z.strictObject({ name: newPermissionName, description: permissionDescription }),
  describePermission: z.strictObject({ name: permissionName, description: permissionDescription }),
  deletePermission: z.strictObject({ name: permissionName }),
  grantPermission: oneOf(
    { ...holder, permission: permissionName, ...scope, ...until },
    'userId',
    'teamId',
    'groupId',
    'role',
  ),
  revokePermission: oneOf({ ...holder, permission: permissionName, ...scope }, 'userId', 'teamId', 'groupId', 'role'),

  createRole: z.strictObject({
    name: newPermissionName,
    description: permissionDescription,
    permissions: z.array(permissionName).max(1_000).default([]),
    ...scope,
  }),
  describeRole: z.strictObject({ name: permissionName, description: permissionDescription, ...scope }),
  deleteRole: z.strictObject({ name: permissionName, ...scope }),
  assignRole: oneOf({ ...assignee, name: permissionName, ...scope, ...until }, 'userId', 'teamId', 'groupId'),
  unassignRole: oneOf({ ...assignee, name: permissionName, ...scope }, 'userId', 'teamId', 'groupId'),

  createGroup: z.strictObject({ groupId: newId, name: groupName, description: groupDescription, kind: groupKind }),
  describeGroup: z.strictObject({
    groupId: entityId,
    name: groupName.optional(),
    description: groupDescription.optional(),
  }),
  deleteGroup: z.strictObject({ groupId: entityId }),
  addGroupMember: z.strictObject({ groupId: entityId, userId, ...scope, ...until }),
  removeGroupMember: z.strictObject({ groupId: entityId, userId }),
  setUserGroups: z.strictObject({ userId, organizationId: entityId, groups: z.array(entityId).max(1_000) }),

  createOrganization: z.strictObject({ organizationId: newId, name: entityName }),
  renameOrganization: z.strictObject({ organizationId: entityId, name: entityName }),
  deleteOrganization: z.strictObject({ organizationId: entityId }),
  setOrganizationPlan: z.strictObject({ organizationId: entityId, plan: z.string().min(1).max(100) }),
  setOrganizationPolicies: z.strictObject({ organizationId: entityId, mfaRequired: z.boolean() }),
  addOrganizationMember: z.strictObject({
    organizationId: entityId,
    userId,
    admin: z.boolean().optional(),
    /** The seat that was kept for them. */
    reservationId: entityId.optional(),
    ...until,
  }),
  changeOrganizationMember: z.strictObject({
    organizationId: entityId,
    userId,
    admin: z.boolean().optional(),
    ...until,
  }),
  removeOrganizationMember: z.strictObject({ organizationId: entityId, userId }),
  reserveSeat: z.strictObject({ organizationId: entityId, reservationId: entityId, validUntil: instant }),
  releaseSeat: z.strictObject({ organizationId: entityId, reservationId: entityId }),

  createTeam: z.strictObject({ teamId: newId, organizationId: entityId, name: entityName }),
  renameTeam: z.strictObject({ teamId: entityId, name: entityName }),
  deleteTeam: z.strictObject({ teamId: entityId }),
  addTeamMember: z.strictObject({ teamId: entityId, userId, ...until }),
  changeTeamMember: z.strictObject({ teamId: entityId, userId, ...until }),
  removeTeamMember: z.strictObject({ teamId: entityId, userId }),

  createProject: z.strictObject({ projectId: newId, name: entityName, owner: projectOwner }),
  renameProject: z.strictObject({ projectId: entityId, name: entityName }),
  deleteProject: z.strictObject({ projectId: entityId }),
  transferProject: z.strictObject({ projectId: entityId, owner: projectOwner }),
  addProjectMember: oneOf({ projectId: entityId, ...projectMember, ...until }, 'userId', 'teamId'),
  changeProjectMember: oneOf({ projectId: entityId, ...projectMember, ...until }, 'userId', 'teamId'),
  removeProjectMember: oneOf({ projectId: entityId, ...projectMember }, 'userId', 'teamId'),
} as const;

export type AccessCommandName = keyof typeof accessCommands;

/** The fields of a command, as they were checked. */
export type AccessCommandFields<Name extends AccessCommandName> = z.output<(typeof accessCommands)[Name]>;

const names = Object.keys(accessCommands).filter((name): name is AccessCommandName =>
  Object.hasOwn(accessCommands, name),
);

/** A command with its fields, whichever it is. */
export type AnyAccessCommand = {
  readonly [Name in AccessCommandName]: { readonly type: Name } & AccessCommandFields<Name>;
}[AccessCommandName];

const named = names.map((name) => accessCommands[name].safeExtend({ type: z.literal(name) }));

/** Commands for one batch: `{ type, … }` with the fields of their type. */
export const accessCommandList = z
  // Names and fields come from one table, in pairs that the compiler loses sight of in a list.
  .array(z.discriminatedUnion('type', named as never) as z.ZodType<AnyAccessCommand>)
  .min(1)
  .max(100);
