import type { GroupKind } from '@rollcall/types/groups';
import type { UserId } from '@rollcall/types/ids';
import { governs, may } from './authority.ts';
import { type Edge, endOf, isCurrent } from './edges.ts';
import { inOrder } from './in-order.ts';
import type { AccessState, Group } from './state.ts';
import { organizationIn, userOf, userSubject, wholeOf } from './tuples.ts';

/** Does somebody govern an organization, any of them? */
const governsAny = (state: AccessState, actor: string, now: number): boolean => {
  if (may(state, actor, 'access.manage', now)) return true;
  for (const [{ object, relation }] of state.edges.of(userSubject(actor), 'organization:')) {
    if (relation === 'admin' && governs(state, actor, object.slice('organization:'.length), now)) return true;
  }
  return false;
};

/** May somebody know of a group, for they may put people into it? */
export const seesGroup = (state: AccessState, actor: string, groupId: string, now: number): boolean => {
  const group = state.groups.get(groupId);
  if (!group) return false;
  return may(state, actor, 'groups.manage', now) || (group.kind === 'manageable' && governsAny(state, actor, now));
};

/** The groups that somebody may know of, of one kind if one is named, by id, from the first after the given one on. */
export function* groupsFor(
  state: AccessState,
  actor: string,
  now: number,
  { kind, after }: { readonly kind?: GroupKind | undefined; readonly after?: string | undefined } = {},
): Generator<Group & { readonly id: string }, void, undefined> {
  const mayAll = may(state, actor, 'groups.manage', now);
  if (!mayAll && !governsAny(state, actor, now)) return;
  for (const [id, group] of state.groups.entries(after)) {
    if (kind !== undefined && group.kind !== kind) continue;
    if (mayAll || group.kind === 'manageable') yield { id, ...group };
  }
}

export interface GroupMember {
  readonly userId: UserId;
  readonly validUntil: string | null;
}

/**
 * Those in a group now whom somebody may know to be, by id, from the first after the given one on: everybody, or those
 * whom the organizations that they govern have put into it.
 */
export function* groupMembersFor(
  state: AccessState,
  actor: string,
  groupId: string,
  now: number,
  after?: string,
): Generator<GroupMember, void, undefined> {
  const group = `group:${groupId}`;
  const whole = may(state, actor, 'groups.manage', now) ? [group] : [];
  const parts = [...state.edges.objectsNamed(`${group}/`)].filter(
    (part) => whole.length > 0 || governs(state, actor, organizationIn(part) ?? '', now),
  );
  const from = after === undefined ? undefined : userSubject(after);
  const lists = [...whole, ...parts].map((object) => state.edges.subjectsOf(object, 'member', from));
  for (const [subject, edges] of inOrder(lists)) {
    const userId = userOf(subject);
    const edge = longest(edges, now);
    if (userId !== undefined && edge) yield { userId, validUntil: edge.validUntil };
  }
}

/** Somebody may be in a group on behalf of several: they are in it as long as for one of them. */
const longest = (edges: readonly Edge[], now: number): Edge | undefined =>
  edges.filter((edge) => isCurrent(edge, now)).toSorted((one, other) => endOf(other) - endOf(one))[0];

/** Does somebody govern an organization that a person belongs to? */
export const governsOneOf = (state: AccessState, actor: string, userId: string, now: number): boolean => {
  for (const [{ object }, edge] of state.edges.of(userSubject(userId), 'organization:')) {
    if (isCurrent(edge, now) && governs(state, actor, object.slice('organization:'.length), now)) return true;
  }
  return false;
};

/** The groups that a person is in now, as far as they are that on behalf of somebody who counts, by id, from the first after the given one on. */
export function* groupsOf(
  state: AccessState,
  userId: string,
  now: number,
  {
    counts,
    after,
  }: { readonly counts: (organizationId: string | null) => boolean; readonly after?: string | undefined },
): Generator<Group & { readonly id: string; readonly validUntil: string | null }, void, undefined> {
  const from = after === undefined ? undefined : `group:${after}/~`;
  const found = new Map<string, Edge[]>();
  for (const [{ object }, edge] of state.edges.of(userSubject(userId), 'group:', from)) {
    const id = wholeOf(object).slice('group:'.length);
    if (counts(organizationIn(object) ?? null)) found.set(id, [...(found.get(id) ?? []), edge]);
  }
  for (const [id, edges] of found) {
    const group = state.groups.get(id);
    const edge = longest(edges, now);
    if (group && edge) yield { id, ...group, validUntil: edge.validUntil };
  }
}
