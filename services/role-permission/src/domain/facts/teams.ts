import { type Refusal, refuse } from '@rollcall/types/problems';
import { governs, governsUntil, ownAuthority } from '../authority.ts';
import { endOf } from '../edges.ts';
import type { AccessFact, FactOf } from '../events.ts';
import { membershipOf } from '../holdings.ts';
import { type AccessState, timesOfNew } from '../state.ts';
import { type Tuple, userSubject } from '../tuples.ts';
import { entityKey, type FactKinds, membershipKey } from './kind.ts';

type Existence = FactOf<'team.created'> | FactOf<'team.deleted'>;
type Membership = FactOf<'team.member_added'> | FactOf<'team.member_changed'> | FactOf<'team.member_removed'>;

const belonging = ({ subject, data: { organizationId } }: Existence): Tuple => ({
  object: `team:${subject}`,
  relation: 'organization',
  subject: `organization:${organizationId}`,
});

const tupleOf = ({ subject, data: { userId } }: Membership): Tuple => ({
  object: `team:${subject}`,
  relation: 'member',
  subject: userSubject(userId),
});

const judgeTeam = (
  state: AccessState,
  actor: string,
  { data: { organizationId } }: { data: { organizationId: string } },
  now: number,
) => (governs(state, actor, organizationId, now) ? undefined : refuse('forbidden'));

const judgeMember = (state: AccessState, actor: string, fact: Membership, now: number): Refusal | undefined => {
  const { organizationId, after } = fact.data;
  const refusal = judgeTeam(state, actor, fact, now);
  if (refusal || after === null) return refusal;
  return endOf(after) <= governsUntil(state, actor, organizationId) ? undefined : refuse('forbidden');
};

const removed = ({
  subject,
  data: { organizationId, userId, after },
}: FactOf<'team.member_added'> | FactOf<'team.member_changed'>): AccessFact => ({
  type: 'team.member_removed',
  subject,
  data: { organizationId, userId, before: after, after: null },
});

const membershipRead = ({ data: { organizationId, userId } }: Membership) => [membershipKey(organizationId, userId)];

const outsideOrganization = (after: AccessState, fact: Membership): Refusal | undefined => {
  const team = after.teams.get(fact.subject);
  if (team === undefined || team.organizationId !== fact.data.organizationId) return refuse('not_found');
  return membershipOf(after, team.organizationId, fact.data.userId) ? undefined : refuse('not_in_organization');
};

export const teamFacts: FactKinds<
  | 'team.created'
  | 'team.renamed'
  | 'team.deleted'
  | 'team.purged'
  | 'team.member_added'
  | 'team.member_changed'
  | 'team.member_removed'
> = {
  'team.created': {
    edges: (fact) => [{ ...belonging(fact), terms: { validUntil: null } }],
    evolve: (state, { subject, data: { organizationId, name } }, { at }) => ({
      ...state,
      teams: state.teams.set(subject, { ...timesOfNew(state, subject, at), organizationId, name }),
      deleted: state.deleted.delete(subject),
    }),
    inverse: ({ subject, data: { undoes: _, ...team } }) => ({ type: 'team.deleted', subject, data: team }),
    writes: ({ subject }) => [entityKey('team', subject)],
    within: ({ data: { organizationId } }) => [entityKey('organization', organizationId)],
    judge: judgeTeam,
  },
  'team.renamed': {
    evolve: (state, { subject, data: { after } }, { at }) => {
      const team = state.teams.get(subject);
      return team ? { ...state, teams: state.teams.set(subject, { ...team, name: after, updatedAt: at }) } : state;
    },
    inverse: ({ subject, data: { organizationId, before, after } }) => ({
      type: 'team.renamed',
      subject,
      data: { organizationId, before: after, after: before },
    }),
    writes: ({ subject }) => [`team:${subject}/name`],
    within: ({ subject }) => [entityKey('team', subject)],
    reads: ({ subject }) => [entityKey('team', subject)],
    judge: judgeTeam,
  },
  'team.deleted': {
    edges: (fact) => [{ ...belonging(fact), terms: null }],
    evolve: (state, { subject, data: { organizationId, name } }, { position, at, actor }) => ({
      ...state,
      teams: state.teams.delete(subject),
      deleted: state.deleted.set(subject, {
        kind: 'team',
        id: subject,
        name,
        organizationId,
        createdAt: state.teams.get(subject)?.createdAt ?? at,
        deletedBy: actor,
        deletedAt: at,
        position,
      }),
    }),
    inverse: ({ subject, data: { undoes: _, ...team } }) => ({ type: 'team.created', subject, data: team }),
    writes: ({ subject }) => [entityKey('team', subject)],
    reads: ({ subject }) => [`team:${subject}/name`],
    within: ({ data: { organizationId } }) => [entityKey('organization', organizationId)],
    judge: judgeTeam,
  },
  'team.purged': {
    evolve: (state, { subject }) => ({ ...state, deleted: state.deleted.delete(subject) }),
    inverse: () => null,
    writes: ({ subject }) => [entityKey('team', subject)],
    judge: (_, actor) => (actor === ownAuthority ? undefined : refuse('forbidden')),
  },
  'team.member_added': {
    edges: (fact) => [{ ...tupleOf(fact), terms: fact.data.after }],
    inverse: removed,
    reads: membershipRead,
    judge: judgeMember,
    violation: outsideOrganization,
  },
  'team.member_changed': {
    edges: (fact) => [{ ...tupleOf(fact), terms: fact.data.after }],
    inverse: ({ subject, data: { organizationId, userId, before, after } }) => ({
      type: 'team.member_changed',
      subject,
      data: { organizationId, userId, before: after, after: before },
    }),
    withdrawal: removed,
    judge: judgeMember,
    violation: outsideOrganization,
  },
  'team.member_removed': {
    edges: (fact) => [{ ...tupleOf(fact), terms: null }],
    inverse: ({ subject, data: { expired, organizationId, userId, before } }) =>
      expired
        ? null
        : { type: 'team.member_added', subject, data: { organizationId, userId, before: null, after: before } },
    judge: (state, actor, fact, now) => (actor === fact.data.userId ? undefined : judgeMember(state, actor, fact, now)),
  },
};
