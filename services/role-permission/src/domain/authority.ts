import { isServiceAccountId } from '@rollcall/types/ids';
import type { BuiltInPermission } from '@rollcall/types/permissions';
import { endOf, isCurrent } from './edges.ts';
import {
  adminsOf,
  grantedUntil,
  heldUntil,
  holds,
  isMember,
  isSuspended,
  membershipOf,
  sharesOrganization,
} from './holdings.ts';
import type { AccessState } from './state.ts';
import { userOf, userSubject } from './tuples.ts';

/** Another part of the product: what it asks for it has judged itself. */
export const isProduct = (actor: string): boolean => actor.startsWith('service:');

/** On whose authority this service brings about what nobody wishes: the end of what has run out, the first administrator. */
export const ownAuthority = 'service:role-permission';

/** On whose authority the billing system puts organizations on plans, which is all that it may do. */
export const billingAuthority = 'service:billing';

/** Until when somebody may do what takes a permission of the product. */
export const mayUntil = (state: AccessState, actor: string, right: BuiltInPermission): number =>
  actor === ownAuthority || (actor === billingAuthority && right === 'plans.manage')
    ? Number.POSITIVE_INFINITY
    : heldUntil(state, actor, right);

export const may = (state: AccessState, actor: string, right: BuiltInPermission, now: number): boolean =>
  now < mayUntil(state, actor, right);

/** Until when somebody governs an organization: as its admin, or because they manage all access. */
export const governsUntil = (state: AccessState, actor: string, organizationId: string): number => {
  const managing = mayUntil(state, actor, 'access.manage');
  if (isSuspended(state, actor)) return managing;
  const membership = membershipOf(state, organizationId, actor);
  return Math.max(managing, membership?.admin ? endOf(membership.edge) : Number.NEGATIVE_INFINITY);
};

export const governs = (state: AccessState, actor: string, organizationId: string, now: number): boolean =>
  now < governsUntil(state, actor, organizationId);

/** May somebody know that an organization is there? Its members may, and those who read or manage all access. */
export const seesOrganization = (state: AccessState, actor: string, organizationId: string, now: number): boolean =>
  state.organizations.has(organizationId) &&
  (governs(state, actor, organizationId, now) ||
    may(state, actor, 'access.read', now) ||
    (!isSuspended(state, actor) && isCurrent(membershipOf(state, organizationId, actor)?.edge, now)));

/** Is somebody an admin of a project: its owner, an admin of the organization that owns it, or who manages all access? */
export const governsProject = (state: AccessState, actor: string, projectId: string, now: number): boolean => {
  const project = state.projects.get(projectId);
  if (project === undefined) return false;
  if (project.owner === userSubject(actor)) return !isSuspended(state, actor);
  return userOf(project.owner) === undefined
    ? governs(state, actor, project.owner.slice('organization:'.length), now)
    : may(state, actor, 'access.manage', now);
};

/** May somebody make this owner the one of a project of theirs? An organization that they belong to, or a member of one. */
export const mayHandTo = (state: AccessState, actor: string, owner: string, now: number): boolean => {
  if (may(state, actor, 'access.manage', now)) return true;
  const userId = userOf(owner);
  if (userId !== undefined) return sharesOrganization(state, actor, userId, now);
  return isMember(state, owner.slice('organization:'.length), actor, now);
};

/** May somebody know that a project is there? Its members may, in whatever way they are. */
export const seesProject = (state: AccessState, actor: string, projectId: string, now: number): boolean => {
  const project = state.projects.get(projectId);
  if (project === undefined) return false;
  if (governsProject(state, actor, projectId, now) || may(state, actor, 'access.read', now)) return true;
  if (isSuspended(state, actor)) return false;
  const isHere = (subject: string): boolean =>
    isCurrent(state.edges.get({ object: `project:${projectId}`, relation: 'member', subject }), now);
  if (isHere(userSubject(actor))) return true;
  for (const [{ object }, edge] of state.edges.of(userSubject(actor), 'team:')) {
    if (isCurrent(edge, now) && isHere(`${object}#member`)) return true;
  }
  return false;
};

/** Nobody gives or takes what they do not hold themselves; administrators hold everything. */
export const mayPassOn = (state: AccessState, actor: string, permission: string, now: number): boolean =>
  actor === ownAuthority || holds(state, actor, permission, now);

/**
 * Until when somebody may give a permission: until they no longer hold it, or may no longer grant. With a later end, a
 * right for a time would be one for good: its holder would give it to themselves once more.
 */
export const mayGiveUntil = (
  state: AccessState,
  actor: string,
  permission: string,
  right: BuiltInPermission = 'permissions.grant',
): number =>
  actor === ownAuthority
    ? Number.POSITIVE_INFINITY
    : Math.min(heldUntil(state, actor, permission), heldUntil(state, actor, right));

/** What a role, a group or a team gives to whoever is in it, everywhere: also by the roles that it has. */
export function* permissionsCarried(state: AccessState, subject: string): Generator<string, void, undefined> {
  for (const [{ object }] of state.edges.of(subject, 'permission:')) {
    const name = object.slice('permission:'.length);
    if (!name.includes('/')) yield name;
  }
  for (const [{ object }] of state.edges.of(subject, 'role:')) yield* permissionsCarried(state, `${object}#assignee`);
}

/** Until when somebody may give away all that a subject carries. */
export const mayGiveAllUntil = (
  state: AccessState,
  actor: string,
  subject: string,
  right: BuiltInPermission,
): number => {
  let until = mayUntil(state, actor, right);
  for (const permission of permissionsCarried(state, subject)) {
    until = Math.min(until, mayGiveUntil(state, actor, permission, right));
  }
  return until;
};

/**
 * May somebody take power over this person, or give it back? Over an administrator only who is one at least as long:
 * whoever manages accounts does not rise above administrators by it, nor whoever stands in for one for a time. The
 * person's own grants count as if they were not suspended. The product itself may do it to anybody.
 */
export const mayRule = (state: AccessState, actor: string, userId: string, now: number): boolean => {
  if (isProduct(actor)) return true;
  const end = grantedUntil(state, userId, 'admin');
  return end <= now || end <= heldUntil(state, actor, 'admin');
};

/**
 * Until when somebody may act as another, a program or a person: as long as they hold all that the other holds everywhere. The
 * other's own grants count as if they were not suspended.
 */
export const mayActAsUntil = (state: AccessState, actor: string, userId: string): number => {
  let until = mayUntil(state, actor, isServiceAccountId(userId) ? 'service_accounts.manage' : 'users.impersonate');
  for (const [permission] of state.permissions.entries()) {
    const isHeld = grantedUntil(state, userId, permission) > Number.NEGATIVE_INFINITY;
    if (isHeld) until = Math.min(until, heldUntil(state, actor, permission));
  }
  return until;
};

/** Administrators who are one for a shorter time after than before. */
export function* adminsLost(before: AccessState, after: AccessState): Generator<string, void, undefined> {
  if (before.edges === after.edges) return;
  const left = adminsOf(after);
  for (const [userId, until] of adminsOf(before))
    if ((left.get(userId) ?? Number.NEGATIVE_INFINITY) < until) yield userId;
}

/** Whether any person is an administrator for good: not suspended, and by grants without an end. A program helps nobody in. */
export const hasLastingAdministrator = (state: AccessState): boolean => {
  for (const [userId, until] of adminsOf(state)) {
    if (until === Number.POSITIVE_INFINITY && !isSuspended(state, userId) && !isServiceAccountId(userId)) return true;
  }
  return false;
};
