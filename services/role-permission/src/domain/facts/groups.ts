import { type Refusal, refuse } from '@rollcall/types/problems';
import { governs, governsUntil, may, mayGiveAllUntil } from '../authority.ts';
import { type EdgeChange, endOf } from '../edges.ts';
import type { AccessFact, FactOf } from '../events.ts';
import { membershipOf } from '../holdings.ts';
import type { AccessState } from '../state.ts';
import { thingWithin, userSubject } from '../tuples.ts';
import { entityKey, type FactKinds, membershipKey } from './kind.ts';

type Membership = FactOf<'group.member_added'> | FactOf<'group.member_changed'> | FactOf<'group.member_removed'>;

/** On whose behalf somebody is in a group is part of where they are. */
const edgesOf = ({ subject, data: { userId, organizationId, after: terms } }: Membership): readonly EdgeChange[] => [
  {
    object: thingWithin(organizationId, `group:${subject}`),
    relation: 'member',
    subject: userSubject(userId),
    terms,
  },
];

const managesGroups = (state: AccessState, actor: string, _: unknown, now: number) =>
  may(state, actor, 'groups.manage', now) ? undefined : refuse('forbidden');

/**
 * An organization's admin puts its members into manageable groups, and those out of them again that are there on its
 * behalf: what such a group holds is for operators to say. These may do it with any group whose permissions they hold.
 */
const judgeMember = (state: AccessState, actor: string, fact: Membership, now: number): Refusal | undefined => {
  const { organizationId, after } = fact.data;
  const isManageable = organizationId !== null && state.groups.get(fact.subject)?.kind === 'manageable';
  const limit = Math.max(
    isManageable ? governsUntil(state, actor, organizationId) : Number.NEGATIVE_INFINITY,
    mayGiveAllUntil(state, actor, `group:${fact.subject}#member`, 'groups.manage'),
  );
  const end = after === null ? now : endOf(after);
  return now < limit && end <= limit ? undefined : refuse('forbidden');
};

const removed = ({
  subject,
  data: { undoes: _, before: __, after, ...member },
}: FactOf<'group.member_added'> | FactOf<'group.member_changed'>): AccessFact => ({
  type: 'group.member_removed',
  subject,
  data: { ...member, before: after, after: null },
});

const membershipReads = ({ data: { organizationId, userId } }: Membership): readonly string[] =>
  organizationId === null ? [] : [membershipKey(organizationId, userId)];

const violation = (after: AccessState, { data: { organizationId, userId } }: Membership): Refusal | undefined =>
  organizationId === null || membershipOf(after, organizationId, userId) ? undefined : refuse('not_in_organization');

/** What an organization's end ended, and its return returns. */
const onBehalf = ({ data: { organizationId } }: Membership): readonly string[] =>
  organizationId === null ? [] : [entityKey('organization', organizationId)];

/** Presets and people refer to groups by their names. */
const hasAnothersName = (after: AccessState, { subject }: { subject: string }): Refusal | undefined => {
  const name = after.groups.get(subject)?.name;
  for (const [other, group] of after.groups.entries()) {
    if (other !== subject && group.name === name) return refuse('group_exists');
  }
  return undefined;
};

export const groupFacts: FactKinds<
  | 'group.created'
  | 'group.described'
  | 'group.deleted'
  | 'group.member_added'
  | 'group.member_changed'
  | 'group.member_removed'
> = {
  'group.created': {
    evolve: (state, { subject, data: { name, description, kind } }) => ({
      ...state,
      groups: state.groups.set(subject, { name, description, kind }),
    }),
    inverse: ({ subject, data: { undoes: _, ...group } }) => ({ type: 'group.deleted', subject, data: group }),
    writes: ({ subject, data: { name } }) => [entityKey('group', subject), `group name ${name}`],
    judge: managesGroups,
    violation: hasAnothersName,
  },
  'group.described': {
    evolve: (state, { subject, data: { after } }) => {
      const group = state.groups.get(subject);
      return group ? { ...state, groups: state.groups.set(subject, { ...group, ...after }) } : state;
    },
    inverse: ({ subject, data: { before, after } }) => ({
      type: 'group.described',
      subject,
      data: { before: after, after: before },
    }),
    writes: ({ subject, data: { after } }) => [`group:${subject}/description`, `group name ${after.name}`],
    reads: ({ subject }) => [entityKey('group', subject)],
    judge: managesGroups,
    violation: hasAnothersName,
  },
  'group.deleted': {
    evolve: (state, { subject }) => ({ ...state, groups: state.groups.delete(subject) }),
    inverse: ({ subject, data: { undoes: _, ...group } }) => ({ type: 'group.created', subject, data: group }),
    writes: ({ subject, data: { name } }) => [entityKey('group', subject), `group name ${name}`],
    reads: ({ subject }) => [`group:${subject}/description`],
    judge: managesGroups,
  },
  'group.member_added': {
    edges: edgesOf,
    inverse: removed,
    reads: membershipReads,
    within: onBehalf,
    judge: judgeMember,
    violation,
  },
  'group.member_changed': {
    edges: edgesOf,
    inverse: ({ subject, data: { undoes: _, before, after, ...member } }) => ({
      type: 'group.member_changed',
      subject,
      data: { ...member, before: after, after: before },
    }),
    withdrawal: removed,
    reads: membershipReads,
    within: onBehalf,
    judge: judgeMember,
    violation,
  },
  'group.member_removed': {
    edges: edgesOf,
    inverse: ({ subject, data: { undoes: _, expired, before, after, ...member } }) =>
      expired ? null : { type: 'group.member_added', subject, data: { ...member, before: after, after: before } },
    within: onBehalf,
    judge: (state, actor, fact, now) => {
      const { organizationId } = fact.data;
      // Whoever leaves an organization leaves the groups that they are in on its behalf, whoever ends it.
      if (organizationId !== null && governs(state, actor, organizationId, now)) return undefined;
      return actor === fact.data.userId ? undefined : judgeMember(state, actor, fact, now);
    },
  },
};
