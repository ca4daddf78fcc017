import type { Decider } from '@rollcall/event-store/decider';
import type { UserId } from '@rollcall/types/ids';
import { adminPermission, type BuiltInPermission } from '@rollcall/types/permissions';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { mayGiveUntil, mayPassOn, mayRule, mayTake } from './authority.ts';
import type {
  AccessCommand,
  AddUser,
  AppointAdmin,
  CreatePermission,
  DeletePermission,
  DescribePermission,
  GrantPermission,
  RestoreUser,
  RevokePermission,
  SuspendUser,
} from './commands.ts';
import type { AccessEvent, AccessFact } from './events.ts';
import { evolve } from './evolve.ts';
import { holds, isLastAdmin } from './queries.ts';
import { type AccessState, endOf, type Grant, initialState, isBuiltIn, isCurrent } from './state.ts';

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
  decide: (state, command, { now }) => decide(state, command, now),
};

const factsOf = (state: AccessState, command: AccessCommand, now: number): Facts => {
  const mayDo = (right: BuiltInPermission): boolean => holds(state, command.cause.actor, right, now);
  switch (command.type) {
    case 'addUser':
      return addUser(state, command);
    case 'appointAdmin':
      return appointAdmin(state, command);
    case 'createPermission':
      return mayDo('permissions.manage') ? createPermission(state, command) : refuse('forbidden');
    case 'describePermission':
      // Which permissions there are to change is told to nobody else.
      return mayDo('permissions.manage') ? describePermission(state, command) : refuse('not_found');
    case 'deletePermission':
      return mayDo('permissions.manage') ? deletePermission(state, command, now) : refuse('not_found');
    case 'grantPermission':
      return mayDo('permissions.grant') ? grantPermission(state, command, now) : refuse('forbidden');
    case 'revokePermission':
      return mayDo('permissions.grant') ? revokePermission(state, command, now) : refuse('forbidden');
    case 'suspendUser':
      return suspendUser(state, command, now);
    case 'restoreUser':
      return restoreUser(state, command, now);
  }
};

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
  if (isBuiltIn(name)) return refuse('permission_protected');
  if (known.description === description) return [];
  return [
    { type: 'permission.described', subject: name, data: { name, before: known.description, after: description } },
  ];
};

const deletePermission = (state: AccessState, { name, cause }: DeletePermission, now: number): Facts => {
  const known = state.permissions.get(name);
  if (!known) return refuse('not_found');
  if (isBuiltIn(name)) return refuse('permission_protected');
  const holders = [...known.holders.entries()];
  // It is taken from them all, so it takes what revoking it takes.
  const isHeld = holders.some(([, grant]) => isCurrent(grant, now));
  const mayRevoke = holds(state, cause.actor, 'permissions.grant', now) && mayPassOn(state, cause.actor, name, now);
  if (isHeld && !mayRevoke) return refuse('forbidden', { detail: 'Somebody holds it from whom you may not take it.' });
  const revocations = holders.map(([holder, grant]) => revoked(holder, name, grant));
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
  const end = endOf({ validUntil });
  const limit = mayGiveUntil(state, cause.actor, permission);
  if (end > limit) return refuse('forbidden', { detail: `You may grant this until ${timeOf(limit)} at the latest.` });
  const before = termsOf(user.grants.get(permission));
  if (before && sameInstant(before.validUntil, validUntil)) return [];
  const isShortened = before !== null && end < endOf(before);
  if (isShortened && !mayTake(state, cause.actor, userId, permission, now)) return refuse('forbidden');
  if (permission === adminPermission && validUntil !== null && isLastAdmin(state, userId)) return refuse('last_admin');
  return [{ type: 'permission.granted', subject: userId, data: { permission, before, after: { validUntil } } }];
};

const revokePermission = (state: AccessState, { userId, permission, cause }: RevokePermission, now: number): Facts => {
  const user = state.users.get(userId);
  if (!user || !state.permissions.has(permission)) return refuse('not_found');
  if (!mayPassOn(state, cause.actor, permission, now)) return refuse('forbidden');
  const grant = user.grants.get(permission);
  if (!grant) return [];
  if (!mayTake(state, cause.actor, userId, permission, now)) return refuse('forbidden');
  if (permission === adminPermission && isLastAdmin(state, userId)) return refuse('last_admin');
  return [revoked(userId, permission, grant)];
};

const suspendUser = (state: AccessState, { userId, cause }: SuspendUser, now: number): Facts => {
  const user = state.users.get(userId);
  if (!user) return refuse('not_found');
  if (user.suspended) return [];
  if (isLastAdmin(state, userId)) return refuse('last_admin');
  if (cause.actor !== userId && !mayRule(state, cause.actor, user, now)) return refuse('forbidden');
  return [{ type: 'user.suspended', subject: userId, data: {} }];
};

const restoreUser = (state: AccessState, { userId, cause }: RestoreUser, now: number): Facts => {
  const user = state.users.get(userId);
  if (!user) return refuse('not_found');
  if (!user.suspended) return [];
  // Whoever is suspended gets back in by others only, even if they asked just before it came about.
  if (cause.actor === userId || !mayRule(state, cause.actor, user, now)) return refuse('forbidden');
  return [{ type: 'user.restored', subject: userId, data: {} }];
};

const revoked = (subject: UserId, permission: string, grant: Grant): AccessFact => ({
  type: 'permission.revoked',
  subject,
  data: { permission, before: { validUntil: grant.validUntil }, after: null },
});

const termsOf = (grant: Grant | undefined): { validUntil: string | null } | null =>
  grant ? { validUntil: grant.validUntil } : null;

const timeOf = (milliseconds: number): string => new Date(milliseconds).toISOString();

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
