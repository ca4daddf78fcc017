import { type Refusal, refuse } from './problems.ts';
import type { Route } from './route-definition.ts';
import type { ScopeName } from './scopes.ts';

/**
 * What keys may be good for at our own routes: the routes that each scope opens, by operation. A route that stands nowhere
 * here is not for keys at all, as nothing is that changes how somebody signs in.
 *
 * A scope limits and gives nothing: whoever calls still needs the rights that the route asks for. `account.*` is about the
 * account of the key's owner alone, `users.*` about anybody else's. Who may write is shown what was written. Each command of a
 * batch needs the scope of the route that has its name.
 */
const opened: Partial<Record<ScopeName, readonly string[]>> = {
  'account.read': [
    'readUser',
    'readUserServiceUser',
    'listUserPermissions',
    'listUserServiceUserPermissions',
    'listUserGroups',
    'listUserRoles',
  ],
  'account.write': ['updateUser'],
  'users.read': ['readUser'],
  'users.write': ['updateUser', 'createUser', 'deactivateUser', 'reactivateUser'],
  'activity.read': ['listActivity'],
  'clients.register': ['registerClient'],
  'tokens.introspect': ['introspectAnyToken', 'revokeAnyToken'],
  'organizations.read': [
    'listOrganizations',
    'readOrganization',
    'readOrganizationPolicies',
    'listOrganizationMembers',
    'listTeams',
    'readTeam',
    'listTeamMembers',
    'listProjects',
    'readProject',
    'listProjectMembers',
    'listDeletedItems',
  ],
  'organizations.write': [
    'createOrganization',
    'renameOrganization',
    'deleteOrganization',
    'addOrganizationMember',
    'changeOrganizationMember',
    'removeOrganizationMember',
    'setOrganizationPlan',
    'setOrganizationPolicies',
    'createTeam',
    'renameTeam',
    'deleteTeam',
    'addTeamMember',
    'changeTeamMember',
    'removeTeamMember',
    'createProject',
    'renameProject',
    'deleteProject',
    'transferProject',
    'addProjectMember',
    'changeProjectMember',
    'removeProjectMember',
    'restoreDeletedItem',
  ],
  'access.read': [
    'checkAccess',
    'checkAccessBatch',
    'listAccessObjects',
    'listAccessUsers',
    'expandAccess',
    'explainAccess',
    'whyAccessChanged',
    'previewAccess',
    'listAccessEvents',
    'readAccessEvent',
    'readAccessState',
    'readAccessDiff',
    'verifyAccess',
    'listPermissions',
    'readPermission',
    'listHolders',
    'listUserPermissions',
    'listUserServicePermissions',
    // It tells of a permission, too, if asked.
    'readUserServiceUser',
    'listUserServiceUserPermissions',
    'listRoles',
    'readRole',
    'listRoleAssignees',
    'listUserRoles',
    'listGroups',
    'readGroup',
    'listGroupMembers',
    'listUserGroups',
  ],
  'access.write': [
    'submitAccessCommands',
    'undoAccessEvent',
    'createPermission',
    'createUserServicePermission',
    'describePermission',
    'deletePermission',
    'grantPermission',
    'revokePermission',
    'grantTeamPermission',
    'revokeTeamPermission',
    'createRole',
    'describeRole',
    'deleteRole',
    'addRolePermission',
    'removeRolePermission',
    'assignRole',
    'unassignRole',
    'assignUserRole',
    'unassignUserRole',
    'createGroup',
    'describeGroup',
    'deleteGroup',
    'addGroupMember',
    'removeGroupMember',
    'grantGroupPermission',
    'revokeGroupPermission',
    'setUserGroups',
  ],
};

const byOperation = new Map<string, ScopeName[]>();
for (const [scope, operations] of Object.entries(opened)) {
  // The keys of an object that is written down here are the names that its type has.
  for (const one of operations) byOperation.set(one, [...(byOperation.get(one) ?? []), scope as ScopeName]);
}

/** The scopes that open anything here. */
// The keys of an object that is written down here are the names that its type has.
export const keyScopes = Object.keys(opened) as [ScopeName, ...ScopeName[]];

/** All operations that any scope opens. */
export const scopedOperations: ReadonlySet<string> = new Set(byOperation.keys());

/** What whoever looks at an account as its owner sees may do: read, and change nothing. */
export const impersonationScopes: readonly ScopeName[] = [
  'account.read',
  'organizations.read',
  'access.read',
  'activity.read',
];

/** What a key must be good for to watch what happens: both what is shown there. */
export const liveScopes: readonly ScopeName[] = ['account.read', 'access.read'];

/** The scopes of which one opens a route to a key; none where keys have no business. */
export const scopesOf = ({ operationId }: Pick<Route, 'operationId'>): readonly ScopeName[] =>
  byOperation.get(operationId) ?? [];

/** `account.read` and `account.write`: one's own account, and nobody else's. */
const isAboutOneself = (scope: string): boolean => scope.startsWith('account.');

/** `users.read` and `users.write`: accounts of others, and not one's own. */
const isAboutOthers = (scope: string): boolean => scope.startsWith('users.');

/**
 * Why a key is not good for a route, if so: it was made for other things, whatever its owner may do.
 *
 * @param scopes what it is good for; undefined for somebody who has signed in, and is limited by nothing but their rights
 * @param isOwn whether the path names its owner
 */
export const beyondScopes = (
  route: Pick<Route, 'operationId'>,
  scopes: readonly string[] | undefined,
  isOwn: boolean,
): Refusal | undefined => {
  if (scopes === undefined) return undefined;
  const wanted = scopesOf(route).filter((scope) => (isOwn ? !isAboutOthers(scope) : !isAboutOneself(scope)));
  return wanted.some((scope) => scopes.includes(scope)) ? undefined : refuse('insufficient_scope', { scopes: wanted });
};
