import type { GroupKind } from '@rollcall/types/groups';
import type { UserId } from '@rollcall/types/ids';
import { governs, may } from './authority.ts';
import { isCurrent } from './edges.ts';
import type { AccessState, Group } from './state.ts';
import { userOf, userSubject } from './tuples.ts';

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

/** Those in a group now of whom somebody may know that, by id, from the first after the given one on. */
export function* groupMembersFor(
  state: AccessState,
  actor: string,
  groupId: string,
  now: number,
  after?: string,
): Generator<GroupMember, void, undefined> {
  const mayAll = may(state, actor, 'groups.manage', now);
  const from = after === undefined ? undefined : userSubject(after);
  for (const [subject, edge] of state.edges.subjectsOf(`group:${groupId}`, 'member', from)) {
    const userId = userOf(subject);
    if (userId === undefined || !isCurrent(edge, now)) continue;
    if (mayAll || governsOneOf(state, actor, userId, now)) yield { userId, validUntil: edge.validUntil };
  }
}

/** Does somebody govern an organization that a person belongs to? */
export const governsOneOf = (state: AccessState, actor: string, userId: string, now: number): boolean => {
  for (const [{ object }, edge] of state.edges.of(userSubject(userId), 'organization:')) {
    if (isCurrent(edge, now) && governs(state, actor, object.slice('organization:'.length), now)) return true;
  }
  return false;
};

/** The groups that a person is in now, or of which only the manageable ones, by id, from the first after the given one on. */
export function* groupsOf(
  state: AccessState,
  userId: string,
  now: number,
  { manageableOnly, after }: { readonly manageableOnly: boolean; readonly after?: string | undefined },
): Generator<Group & { readonly id: string; readonly validUntil: string | null }, void, undefined> {
  const from = after === undefined ? undefined : `group:${after}#~`;
  for (const [{ object }, edge] of state.edges.of(userSubject(userId), 'group:', from)) {
    const id = object.slice('group:'.length);
    const group = state.groups.get(id);
    if (!group || !isCurrent(edge, now) || (manageableOnly && group.kind !== 'manageable')) continue;
    yield { id, ...group, validUntil: edge.validUntil };
  }
}
