import type { UserId } from '@rollcall/types/ids';
import { type Refusal, refuse } from '@rollcall/types/problems';
import { governs, may, seesOrganization } from '../authority.ts';
import type { NewGroup } from '../commands.ts';
import { type Edge, isCurrent } from '../edges.ts';
import type { AccessFact } from '../events.ts';
import { governsOneOf } from '../group-queries.ts';
import { isSuspended, membershipOf } from '../holdings.ts';
import type { AccessState } from '../state.ts';
import { asSubject, organizationIn, thingWithin, userOf, userSubject, wholeOf } from '../tuples.ts';
import type { Decide, Moment } from './deciding.ts';
import { revocationsFrom } from './permissions.ts';
import { unassignmentsFrom } from './roles.ts';
import { namesNothing, pastEnd, sameInstant, takenId } from './terms.ts';

const notManaged = (state: AccessState, { actor, now }: Moment): Refusal | undefined =>
  may(state, actor, 'groups.manage', now) ? undefined : refuse('forbidden');

export const createGroup: Decide<'createGroup'> = (state, { groupId, name, description, kind }, moment) =>
  notManaged(state, moment) ??
  takenId(state, groupId) ?? [{ type: 'group.created', subject: groupId, data: { name, description, kind } }];

/** Those that are there already, by name, stay as they are. */
export const setUpGroups = (state: AccessState, groups: readonly NewGroup[]): readonly AccessFact[] => {
  const names = new Set([...state.groups.entries()].map(([, { name }]) => name));
  return groups
    .filter(({ name }) => !names.has(name))
    .flatMap(({ groupId, permissions, ...data }): readonly AccessFact[] => [
      { type: 'group.created', subject: groupId, data },
      ...permissions.map(
        (permission): AccessFact => ({
          type: 'permission.granted',
          subject: groupId,
          data: { permission, holder: 'group', before: null, after: { validUntil: null } },
        }),
      ),
    ]);
};

export const describeGroup: Decide<'describeGroup'> = (state, wish, moment) => {
  const group = state.groups.get(wish.groupId);
  const refusal = notManaged(state, moment);
  if (refusal || !group) return refusal ?? refuse('not_found');
  const before = { name: group.name, description: group.description };
  const after = { name: wish.name ?? before.name, description: wish.description ?? before.description };
  if (before.name === after.name && before.description === after.description) return [];
  return [{ type: 'group.described', subject: wish.groupId, data: { before, after } }];
};

export const deleteGroup: Decide<'deleteGroup'> = (state, { groupId }, moment) => {
  const group = state.groups.get(groupId);
  const refusal = notManaged(state, moment);
  if (refusal || !group) return refusal ?? refuse('not_found');
  const thing = `group:${groupId}`;
  const members = [thing, ...state.edges.objectsNamed(`${thing}/`)].flatMap((object) =>
    [...state.edges.subjectsOf(object, 'member')].flatMap(([subject, edge]) =>
      groupMemberRemoval(object, subject, edge),
    ),
  );
  // An organization may have given something to its part before it put anybody into it.
  const parts = [...state.organizations.entries()].map(([id]) => thingWithin(id, thing));
  const held = [thing, ...parts].map(asSubject);
  return [
    ...members,
    ...held.flatMap((subject) => [...unassignmentsFrom(state, subject), ...revocationsFrom(state, subject)]),
    { type: 'group.deleted', subject: groupId, data: group },
  ];
};

/** Of a manageable group an organization's admin may do it, on the organization's behalf and with its members. */
export const addGroupMember: Decide<'addGroupMember'> = (state, wish, moment) => {
  const { groupId, userId } = wish;
  const organizationId = wish.organizationId ?? null;
  const refusal = notPutIn(state, groupId, userId, organizationId, moment);
  if (refusal) return refusal;
  if (isSuspended(state, userId)) return refuse('user_suspended');
  const validUntil = wish.validUntil ?? null;
  const past = pastEnd(validUntil, moment.now);
  if (past) return past;
  const edge = memberEdge(state, groupId, userId, organizationId);
  if (!edge) return [added(groupId, userId, organizationId, validUntil)];
  if (sameInstant(edge.validUntil, validUntil)) return [];
  const data = { userId, organizationId, before: { validUntil: edge.validUntil }, after: { validUntil } };
  return [{ type: 'group.member_changed', subject: groupId, data }];
};

/** An organization's admin takes them out as far as they are in it on the organization's behalf. */
export const removeGroupMember: Decide<'removeGroupMember'> = (state, { groupId, userId }, moment) => {
  const { actor, now } = moment;
  const refusal = notManaged(state, moment);
  const group = state.groups.get(groupId);
  if (!group) return refusal ?? refuse('not_found');
  if (refusal && !(group.kind === 'manageable' && governsOneOf(state, actor, userId, now))) return refusal;
  return memberships(state, userId, `group:${groupId}`).flatMap(([{ object, subject }, edge]) => {
    const organizationId = organizationIn(object);
    const isTheirs = organizationId !== undefined && governs(state, actor, organizationId, now);
    return refusal && !isTheirs ? [] : groupMemberRemoval(object, subject, edge);
  });
};

/** A member is in exactly these of the manageable groups on this organization's behalf. */
export const setUserGroups: Decide<'setUserGroups'> = (state, { userId, organizationId, groups }, moment) => {
  const { actor, now } = moment;
  if (!seesOrganization(state, actor, organizationId, now)) return refuse('not_found');
  if (!governs(state, actor, organizationId, now)) return refuse('forbidden');
  if (!isCurrent(membershipOf(state, organizationId, userId)?.edge, now)) return refuse('not_found');
  if (isSuspended(state, userId)) return refuse('user_suspended');
  const wanted = new Set(groups);
  const strange = groups.findIndex((id) => state.groups.get(id)?.kind !== 'manageable');
  if (strange >= 0) return namesNothing(`/groups/${strange}`, 'manageable group');
  const left = departures(state, userId, organizationId).filter(({ subject }) => !wanted.has(subject));
  const entered = [...wanted].filter((groupId) => !memberEdge(state, groupId, userId, organizationId));
  return [...left, ...entered.map((groupId) => added(groupId, userId, organizationId, null))];
};

const notPutIn = (
  state: AccessState,
  groupId: string,
  userId: UserId,
  organizationId: string | null,
  moment: Moment,
): Refusal | undefined => {
  const group = state.groups.get(groupId);
  if (organizationId === null) {
    const refusal = notManaged(state, moment);
    if (refusal) return refusal;
    return group && state.users.has(userId) ? undefined : refuse('not_found');
  }
  if (!seesOrganization(state, moment.actor, organizationId, moment.now)) return refuse('not_found');
  if (!governs(state, moment.actor, organizationId, moment.now)) return refuse('forbidden');
  const isMember = isCurrent(membershipOf(state, organizationId, userId)?.edge, moment.now);
  return group?.kind === 'manageable' && isMember ? undefined : refuse('not_found');
};

const memberEdge = (state: AccessState, groupId: string, userId: string, organizationId: string | null) =>
  state.edges.get({
    object: thingWithin(organizationId, `group:${groupId}`),
    relation: 'member',
    subject: userSubject(userId),
  });

/** What somebody is in of a group: on behalf of whom is part of it. */
const memberships = (state: AccessState, userId: string, group: string) =>
  [...state.edges.of(userSubject(userId), group)].filter(([{ object }]) => wholeOf(object) === group);

const added = (
  subject: string,
  userId: UserId,
  organizationId: string | null,
  validUntil: string | null,
): AccessFact => ({
  type: 'group.member_added',
  subject,
  data: { userId, organizationId, before: null, after: { validUntil } },
});

/** The end of one membership. @param object the group, or the part of it that an organization has put into it */
export const groupMemberRemoval = (object: string, subject: string, { validUntil }: Edge): readonly AccessFact[] => {
  const userId = userOf(subject);
  if (userId === undefined) return [];
  const data = { userId, organizationId: organizationIn(object) ?? null, before: { validUntil }, after: null };
  return [{ type: 'group.member_removed', subject: wholeOf(object).slice('group:'.length), data }];
};

/** Whoever leaves an organization leaves the groups that they are in on its behalf. */
export const departures = (state: AccessState, userId: UserId, organizationId: string): readonly AccessFact[] =>
  [...state.edges.of(userSubject(userId), 'group:')].flatMap(([{ object, subject }, edge]) =>
    organizationIn(object) === organizationId ? groupMemberRemoval(object, subject, edge) : [],
  );
