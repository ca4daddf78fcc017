import type { Decider } from '@rollcall/event-store/decider';
import type { UserId } from '@rollcall/types/ids';
import { adminPermission, type BuiltInPermission } from '@rollcall/types/permissions';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import type {
  AccessCommand,
  AddUser,
  AppointAdmin,
  CreatePermission,
  DeletePermission,
  DescribePermission,
  GrantPermission,
  RevokePermission,
  SuspendUser,
} from './commands.ts';
import type { AccessEvent, AccessFact } from './events.ts';
import { evolve } from './evolve.ts';
import { holds, isLastAdmin } from './queries.ts';
import { type AccessState, type Grant, initialState, isBuiltIn } from './state.ts';

type Facts = readonly AccessFact[] | Refusal;

/**
 * Decides a command upon a state: its events, none if the thing is so already, or why not.
 *
 * Rights are judged here, at the very state that the events follow, and not only where the request came in: a right
 * that was revoked in between no longer serves.
 */
export const decide = (state: AccessState, command: AccessCommand, now: number): readonly AccessEvent[] | Refusal => {
  const facts = factsOf(state, command, now);
  return isRefusal(facts) ? facts : numbered(state, command, facts);
};

export const accessDecider: Decider<AccessState, AccessCommand, AccessEvent, Refusal> = {
  initialState,
  evolve,
  decide,
};

const factsOf = (state: AccessState, command: AccessCommand, now: number): Facts => {
  switch (command.type) {
    case 'addUser':
      return addUser(state, command);
    case 'appointAdmin':
      return appointAdmin(state, command);
    case 'createPermission':
      return asHolderOf('permissions.manage', state, command, now) ?? createPermission(state, command);
    case 'describePermission':
      return asHolderOf('permissions.manage', state, command, now) ?? describePermission(state, command);
    case 'deletePermission':
      return asHolderOf('permissions.manage', state, command, now) ?? deletePermission(state, command);
    case 'grantPermission':
      return asHolderOf('permissions.grant', state, command, now) ?? grantPermission(state, command, now);
    case 'revokePermission':
      return asHolderOf('permissions.grant', state, command, now) ?? revokePermission(state, command, now);
    case 'suspendUser':
      return suspendUser(state, command, now);
    case 'restoreUser': {
      const user = state.users.get(command.userId);
      if (!user) return refuse('not_found');
      return user.suspended ? [{ type: 'user.restored', subject: command.userId, data: {} }] : [];
    }
  }
};

/** Refuses whoever lacks the right that a command takes; undefined lets it pass. */
const asHolderOf = (
  right: BuiltInPermission,
  state: AccessState,
  { cause }: AccessCommand,
  now: number,
): Refusal | undefined => (holds(state, cause.actor, right, now) ? undefined : refuse('forbidden'));

const addUser = (state: AccessState, { userId, mayBootstrap }: AddUser): Facts => {
  const user = state.users.get(userId);
  const facts: AccessFact[] = user ? [] : [{ type: 'access.user_added', subject: userId, data: {} }];
  // A suspended administrator could not be lost and could not help: there would never be another.
  if (!mayBootstrap || state.bootstrapped || user?.suspended) return facts;
  const before = termsOf(user?.grants.get(adminPermission));
  return [
    ...facts,
    { type: 'access.bootstrapped', subject: userId, data: {} },
    {
      type: 'permission.granted',
      subject: userId,
      data: { permission: adminPermission, before, after: { validUntil: null } },
    },
  ];
};

const appointAdmin = (state: AccessState, { userId }: AppointAdmin): Facts => {
  const user = state.users.get(userId);
  if (!user) return refuse('not_found');
  if (user.suspended) return refuse('user_suspended');
  const before = termsOf(user.grants.get(adminPermission));
  if (before?.validUntil === null) return [];
  const data = { permission: adminPermission, before, after: { validUntil: null } };
  return [{ type: 'permission.granted', subject: userId, data }];
};

const createPermission = (state: AccessState, { name, description }: CreatePermission): Facts =>
  state.permissions.has(name)
    ? refuse('permission_exists')
    : [{ type: 'permission.created', subject: name, data: { name, description } }];

const describePermission = (state: AccessState, { name, description }: DescribePermission): Facts => {
  const known = state.permissions.get(name);
  if (!known) return refuse('not_found');
  if (known.description === description) return [];
  return [
    { type: 'permission.described', subject: name, data: { name, before: known.description, after: description } },
  ];
};

const deletePermission = (state: AccessState, { name }: DeletePermission): Facts => {
  const known = state.permissions.get(name);
  if (!known) return refuse('not_found');
  if (isBuiltIn(name)) return refuse('permission_protected');
  const revocations = [...known.holders.entries()].map(([holder, grant]) => revoked(holder, name, grant));
  return [
    ...revocations,
    { type: 'permission.deleted', subject: name, data: { name, description: known.description } },
  ];
};

const grantPermission = (
  state: AccessState,
  { userId, permission, validUntil, cause }: GrantPermission,
  now: number,
): Facts => {
  const user = state.users.get(userId);
  if (!user || !state.permissions.has(permission)) return refuse('not_found');
  if (!mayPassOn(state, cause.actor, permission, now)) return refuse('forbidden');
  if (user.suspended) return refuse('user_suspended');
  // Written so that what cannot be read as a time is refused as well.
  if (validUntil !== null && !(Date.parse(validUntil) > now)) {
    return refuse('invalid_input', { errors: [{ pointer: '/validUntil', detail: 'must lie in the future' }] });
  }
  const before = termsOf(user.grants.get(permission));
  if (before && sameInstant(before.validUntil, validUntil)) return [];
  if (permission === adminPermission && validUntil !== null && isLastAdmin(state, userId)) return refuse('last_admin');
  return [{ type: 'permission.granted', subject: userId, data: { permission, before, after: { validUntil } } }];
};

const revokePermission = (state: AccessState, { userId, permission, cause }: RevokePermission, now: number): Facts => {
  const user = state.users.get(userId);
  if (!user || !state.permissions.has(permission)) return refuse('not_found');
  if (!mayPassOn(state, cause.actor, permission, now)) return refuse('forbidden');
  const grant = user.grants.get(permission);
  if (!grant) return [];
  if (permission === adminPermission && isLastAdmin(state, userId)) return refuse('last_admin');
  return [revoked(userId, permission, grant)];
};

const suspendUser = (state: AccessState, { userId, cause }: SuspendUser, now: number): Facts => {
  const user = state.users.get(userId);
  if (!user) return refuse('not_found');
  if (user.suspended) return [];
  if (isLastAdmin(state, userId)) return refuse('last_admin');
  // Whoever manages accounts does not rise above administrators by it. The product itself may suspend anybody.
  const isAnother = cause.actor !== userId && !cause.actor.startsWith('service:');
  if (isAnother && holds(state, userId, adminPermission, now) && !holds(state, cause.actor, adminPermission, now)) {
    return refuse('forbidden');
  }
  return [{ type: 'user.suspended', subject: userId, data: {} }];
};

/** Nobody gives or takes what they do not hold themselves; administrators hold everything. */
const mayPassOn = (state: AccessState, actor: string, permission: string, now: number): boolean =>
  holds(state, actor, permission, now);

const revoked = (subject: UserId, permission: string, grant: Grant): AccessFact => ({
  type: 'permission.revoked',
  subject,
  data: { permission, before: { validUntil: grant.validUntil }, after: null },
});

const termsOf = (grant: Grant | undefined): { validUntil: string | null } | null =>
  grant ? { validUntil: grant.validUntil } : null;

const sameInstant = (one: string | null, other: string | null): boolean =>
  one === other || (one !== null && other !== null && Date.parse(one) === Date.parse(other));

/** Numbers facts within their subjects, on from what the state has counted. */
const numbered = (
  state: AccessState,
  { cause }: AccessCommand,
  facts: readonly AccessFact[],
): readonly AccessEvent[] => {
  const last = new Map<string, number>();
  return facts.map((fact) => {
    const subjectSequence = (last.get(fact.subject) ?? state.subjectSequences.get(fact.subject) ?? 0) + 1;
    last.set(fact.subject, subjectSequence);
    return { ...fact, subjectSequence, cause };
  });
};
