import type { UserId } from '@rollcall/types/ids';
import { adminPermission } from '@rollcall/types/permissions';
import { type Edge, endOf, isCurrent } from './edges.ts';
import type { AccessState } from './state.ts';
import { asSubject, scopedName, type Tuple, thingOf, userOf, userSubject, wholeOf } from './tuples.ts';

const never = Number.NEGATIVE_INFINITY;

/** A subject that a user counts as, by what steps and until when (milliseconds since 1970). */
export interface Standing {
  readonly subject: string;
  readonly until: number;
  readonly via: readonly Step[];
}

export type Step = readonly [Tuple, Edge];

export const isSuspended = (state: AccessState, userId: string): boolean => state.users.get(userId)?.suspended === true;

/** Themselves, the members of their teams and groups, and those who have the roles that these have. Ended ones too. */
export const standingsOf = (state: AccessState, userId: string): readonly Standing[] => {
  const self: Standing = { subject: userSubject(userId), until: Number.POSITIVE_INFINITY, via: [] };
  const memberships = [...further(state, self, 'team:'), ...[...further(state, self, 'group:')].flatMap(inWhole)];
  const acting = [self, ...memberships];
  return [...acting, ...acting.flatMap((standing) => [...further(state, standing, 'role:')])];
};

/** Whoever is in a part of a group is in the group. */
const inWhole = (standing: Standing): readonly Standing[] => {
  const [part, whole] = [thingOf(standing.subject), wholeOf(thingOf(standing.subject))];
  return part === whole ? [standing] : [standing, { ...standing, subject: asSubject(whole) }];
};

/** The parts of a group that organizations have put into it. */
const partsOf = ({ edges }: AccessState, thing: string): Iterable<string> =>
  thing.startsWith('group:') && wholeOf(thing) === thing ? edges.objectsNamed(`${thing}/`) : [];

function* further(state: AccessState, from: Standing, type: string): Generator<Standing, void, undefined> {
  for (const step of state.edges.of(from.subject, type)) {
    const [{ object }, edge] = step;
    yield { subject: asSubject(object), until: Math.min(from.until, endOf(edge)), via: [...from.via, step] };
  }
}

/** The objects of which one must be held for a permission to be held, everywhere or within an organization. */
const objectsFor = (permission: string, organizationId: string | null): readonly string[] => [
  `permission:${permission}`,
  ...(permission === adminPermission ? [] : [`permission:${adminPermission}`]),
  ...(organizationId === null ? [] : [`permission:${scopedName(organizationId, permission)}`]),
];

/**
 * Until when somebody was given a permission, suspended or not; long past if they were not. Asked from the permission on:
 * somebody may be in thousands of teams, and this is asked for each fact of a command.
 */
export const grantedUntil = (
  state: AccessState,
  userId: string,
  permission: string,
  organizationId: string | null = null,
): number => {
  const subject = userSubject(userId);
  const ends = objectsFor(permission, organizationId).map((object) => countsUntil(state, object, 'holder', subject));
  return Math.max(...ends);
};

/** Until when a user has a relation to a thing, directly or as one of those who have. */
const countsUntil = (state: AccessState, object: string, relation: string, user: string): number => {
  let until = endOf(state.edges.get({ object, relation, subject: user }));
  if (object.startsWith('group:')) {
    for (const [, edge] of state.edges.of(user, `${object}/`)) until = Math.max(until, endOf(edge));
  }
  for (const [subject, edge] of state.edges.subjectsOf(object, relation)) {
    // In the order of names users come last, and the one who is meant was looked up.
    if (userOf(subject) !== undefined) break;
    const theirs = subject.slice(subject.indexOf('#') + 1);
    until = Math.max(until, Math.min(endOf(edge), countsUntil(state, thingOf(subject), theirs, user)));
  }
  return until;
};

/** {@link grantedUntil} for whoever may use it: nobody who is suspended, and nothing that does not exist. */
export const heldUntil = (
  state: AccessState,
  userId: string,
  permission: string,
  organizationId: string | null = null,
): number => {
  const isUsable = state.users.has(userId) && !isSuspended(state, userId) && state.permissions.has(permission);
  return isUsable ? grantedUntil(state, userId, permission, organizationId) : never;
};

/**
 * Does this user hold this permission at `now` (milliseconds since 1970), everywhere or within an organization? Nobody
 * holds one that does not exist, lest a mistyped name pass for a right.
 */
export const holds = (
  state: AccessState,
  userId: string,
  permission: string,
  now: number,
  organizationId: string | null = null,
): boolean => now < heldUntil(state, userId, permission, organizationId);

/** The users who count as a subject, each with the end of the longest way; ended ones too. */
export const usersOf = (state: AccessState, subject: string): ReadonlyMap<UserId, number> => {
  const found = new Map<UserId, number>();
  const add = (userId: UserId, until: number) => found.set(userId, Math.max(until, found.get(userId) ?? never));
  const walk = (from: string, until: number): void => {
    const userId = userOf(from);
    if (userId !== undefined) return void add(userId, until);
    const relation = from.slice(from.indexOf('#') + 1);
    for (const object of [thingOf(from), ...partsOf(state, thingOf(from))]) {
      for (const [next, edge] of state.edges.subjectsOf(object, relation)) walk(next, Math.min(until, endOf(edge)));
    }
  };
  walk(subject, Number.POSITIVE_INFINITY);
  return found;
};

/** The administrators, suspended or not, and until when each is one. */
export const adminsOf = (state: AccessState): ReadonlyMap<string, number> => {
  const found = new Map<string, number>();
  for (const [subject, edge] of state.edges.subjectsOf(`permission:${adminPermission}`, 'holder')) {
    for (const [userId, until] of usersOf(state, subject)) {
      found.set(userId, Math.max(Math.min(until, endOf(edge)), found.get(userId) ?? never));
    }
  }
  return found;
};

/** What a person is in an organization, if anything: ended memberships too. */
export interface Membership {
  readonly admin: boolean;
  readonly edge: Edge;
}

export const membershipOf = (state: AccessState, organizationId: string, userId: string): Membership | undefined => {
  const object = `organization:${organizationId}`;
  const subject = userSubject(userId);
  const admin = state.edges.get({ object, relation: 'admin', subject });
  if (admin) return { admin: true, edge: admin };
  const edge = state.edges.get({ object, relation: 'member', subject });
  return edge && { admin: false, edge };
};

export const isMember = (state: AccessState, organizationId: string, userId: string, now: number): boolean =>
  !isSuspended(state, userId) && isCurrent(membershipOf(state, organizationId, userId)?.edge, now);

/** Whether anybody is an admin of an organization for good: without an end, and not suspended. */
export const hasLastingAdmin = (state: AccessState, organizationId: string): boolean => {
  for (const [subject, edge] of state.edges.subjectsOf(`organization:${organizationId}`, 'admin')) {
    if (edge.validUntil === null && !isSuspended(state, userOf(subject) ?? '')) return true;
  }
  return false;
};

/** Does somebody belong to any organization? */
export const belongsSomewhere = (state: AccessState, userId: string, now: number): boolean => {
  if (isSuspended(state, userId)) return false;
  for (const [, edge] of state.edges.of(userSubject(userId), 'organization:')) if (isCurrent(edge, now)) return true;
  return false;
};

/** Do these two belong to an organization together? */
export const sharesOrganization = (state: AccessState, one: string, other: string, now: number): boolean => {
  if (isSuspended(state, one)) return false;
  for (const [{ object }, edge] of state.edges.of(userSubject(one), 'organization:')) {
    const theirs = membershipOf(state, object.slice('organization:'.length), other);
    if (isCurrent(edge, now) && isCurrent(theirs?.edge, now)) return true;
  }
  return false;
};
