import type { UserId } from '@rollcall/types/ids';
import { type Refusal, refuse } from '@rollcall/types/problems';
import { governs, may, seesOrganization } from '../authority.ts';
import type { NewGroup } from '../commands.ts';
import { isCurrent } from '../edges.ts';
import type { AccessFact } from '../events.ts';
import { isSuspended, membershipOf } from '../holdings.ts';
import type { AccessState } from '../state.ts';
import { userOf, userSubject } from '../tuples.ts';
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
  const subject = `group:${groupId}#member`;
  const members = [...state.edges.subjectsOf(`group:${groupId}`, 'member')];
  return [
    ...members.flatMap(([member]) => {
      const userId = userOf(member);
      return userId === undefined ? [] : groupMemberRemoval(state, groupId, userId);
    }),
    ...unassignmentsFrom(state, subject),
    ...revocationsFrom(state, subject),
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
  const edge = memberEdge(state, groupId, userId);
  if (!edge) return [added(groupId, userId, organizationId, validUntil)];
  if (sameInstant(edge.validUntil, validUntil)) return [];
  const data = { userId, organizationId, before: { validUntil: edge.validUntil }, after: { validUntil } };
  return [{ type: 'group.member_changed', subject: groupId, data }];
};

export const removeGroupMember: Decide<'removeGroupMember'> = (state, { groupId, userId }, moment) => {
  if (!state.groups.has(groupId)) return notManaged(state, moment) ?? refuse('not_found');
  const refusal = actsFor(state, groupId, userId, moment) === undefined ? notManaged(state, moment) : undefined;
  return refusal ?? groupMemberRemoval(state, groupId, userId, actsFor(state, groupId, userId, moment));
};

/** A member is in exactly these of the manageable groups, as far as this organization is concerned. */
export const setUserGroups: Decide<'setUserGroups'> = (state, { userId, organizationId, groups }, moment) => {
  const { actor, now } = moment;
  if (!seesOrganization(state, actor, organizationId, now)) return refuse('not_found');
  if (!governs(state, actor, organizationId, now)) return refuse('forbidden');
  if (!isCurrent(membershipOf(state, organizationId, userId)?.edge, now)) return refuse('not_found');
  if (isSuspended(state, userId)) return refuse('user_suspended');
  const wanted = new Set(groups);
  const strange = groups.findIndex((id) => state.groups.get(id)?.kind !== 'manageable');
  if (strange >= 0) return namesNothing(`/groups/${strange}`, 'manageable group');
  return [...state.groups.entries()]
    .filter(([, { kind }]) => kind === 'manageable')
    .flatMap(([groupId]): readonly AccessFact[] => {
      const edge = memberEdge(state, groupId, userId);
      if (wanted.has(groupId)) return edge ? [] : [added(groupId, userId, organizationId, null)];
      return edge ? groupMemberRemoval(state, groupId, userId, organizationId) : [];
    });
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

/** An organization of the user that the actor governs, if the group is one that its admins manage. */
const actsFor = (state: AccessState, groupId: string, userId: string, { actor, now }: Moment): string | undefined => {
  if (state.groups.get(groupId)?.kind !== 'manageable') return undefined;
  for (const [{ object }] of state.edges.of(userSubject(userId), 'organization:')) {
    const organizationId = object.slice('organization:'.length);
    if (governs(state, actor, organizationId, now)) return organizationId;
  }
  return undefined;
};

const memberEdge = (state: AccessState, groupId: string, userId: string) =>
  state.edges.get({ object: `group:${groupId}`, relation: 'member', subject: userSubject(userId) });

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

/** The end of one membership, on whose behalf it may be. */
export const groupMemberRemoval = (
  state: AccessState,
  subject: string,
  userId: UserId,
  organizationId: string | null = null,
): readonly AccessFact[] => {
  const edge = memberEdge(state, subject, userId);
  if (!edge) return [];
  const data = { userId, organizationId, before: { validUntil: edge.validUntil }, after: null };
  return [{ type: 'group.member_removed', subject, data }];
};

/** Whoever belongs to no other organization leaves the manageable groups with this one. */
export const departures = (state: AccessState, userId: UserId, organizationId: string): readonly AccessFact[] => {
  const isElsewhere = [...state.edges.of(userSubject(userId), 'organization:')].some(
    ([{ object }]) => object !== `organization:${organizationId}`,
  );
  if (isElsewhere) return [];
  return [...state.edges.of(userSubject(userId), 'group:')].flatMap(([{ object }]) => {
    const groupId = object.slice('group:'.length);
    return state.groups.get(groupId)?.kind === 'manageable'
      ? groupMemberRemoval(state, groupId, userId, organizationId)
      : [];
  });
};
