import { SortedMap } from '@rollcall/event-store/sorted-map';
import { type Refusal, refuse } from '@rollcall/types/problems';
import { governs, governsUntil, may, ownAuthority } from '../authority.ts';
import { type EdgeChange, endOf } from '../edges.ts';
import type { AccessFact, FactOf } from '../events.ts';
import { hasLastingAdmin } from '../holdings.ts';
import { seatsTaken } from '../seats.ts';
import { type AccessState, type Organization, timesOfNew } from '../state.ts';
import { secondFactorPolicy, userSubject } from '../tuples.ts';
import { entityKey, type FactKinds, membershipKey } from './kind.ts';

type Membership =
  | FactOf<'organization.member_added'>
  | FactOf<'organization.member_changed'>
  | FactOf<'organization.member_removed'>;

const withOrganization = (
  state: AccessState,
  id: string,
  change: (organization: Organization) => Organization,
): AccessState => {
  const organization = state.organizations.get(id);
  return organization ? { ...state, organizations: state.organizations.set(id, change(organization)) } : state;
};

/** One of two relations, never both. */
const edgesOf = ({ subject, data: { userId, before, after } }: Membership): readonly EdgeChange[] => {
  const tuple = (admin: boolean) => ({
    object: `organization:${subject}`,
    relation: admin ? 'admin' : 'member',
    subject: userSubject(userId),
  });
  const left = before !== null && before.admin !== after?.admin ? [{ ...tuple(before.admin), terms: null }] : [];
  return after === null ? left : [...left, { ...tuple(after.admin), terms: { validUntil: after.validUntil } }];
};

const judgeAdmin = (state: AccessState, actor: string, { subject }: { subject: string }, now: number) =>
  governs(state, actor, subject, now) ? undefined : refuse('forbidden');

/** An admin for a time makes nobody an admin for longer. */
const judgeMember = (state: AccessState, actor: string, fact: Membership, now: number): Refusal | undefined => {
  const { after, userId } = fact.data;
  if (after === null && actor === userId) return undefined;
  if (!governs(state, actor, fact.subject, now)) return refuse('forbidden');
  return after === null || endOf(after) <= governsUntil(state, actor, fact.subject) ? undefined : refuse('forbidden');
};

const withoutAdmin = (after: AccessState, { subject }: { subject: string }, before: AccessState) =>
  after.organizations.has(subject) && hasLastingAdmin(before, subject) && !hasLastingAdmin(after, subject)
    ? refuse('last_admin', { detail: 'An organization keeps at least one admin.' })
    : undefined;

const overfull = (after: AccessState, { subject }: { subject: string }, before: AccessState): Refusal | undefined => {
  const seats = after.organizations.get(subject)?.plan.seats;
  if (seats === null || seats === undefined) return undefined;
  const taken = seatsTaken(after, subject);
  return taken > seats && taken > seatsTaken(before, subject)
    ? refuse('seat_limit_reached', { detail: `The plan has ${seats} seats.` })
    : undefined;
};

/** A plan that another one of the same command came after is none that anybody has to fit in. */
const tooSmall = (after: AccessState, { subject }: { subject: string }): Refusal | undefined => {
  const seats = after.organizations.get(subject)?.plan.seats ?? Number.POSITIVE_INFINITY;
  const taken = seatsTaken(after, subject);
  return taken > seats ? refuse('seats_in_use', { detail: `${taken} seats are taken.` }) : undefined;
};

const removed = ({
  subject,
  data: { userId, after },
}: FactOf<'organization.member_added'> | FactOf<'organization.member_changed'>): AccessFact => ({
  type: 'organization.member_removed',
  subject,
  data: { userId, before: after, after: null },
});

const released = ({
  subject,
  data: { reservationId, validUntil },
}: FactOf<'organization.seat_reserved'>): AccessFact => ({
  type: 'organization.seat_released',
  subject,
  data: { reservationId, validUntil },
});

const memberWrites = ({ subject, data: { userId } }: Membership) => [membershipKey(subject, userId)];

export const organizationFacts: FactKinds<
  | 'organization.created'
  | 'organization.renamed'
  | 'organization.plan_changed'
  | 'organization.policies_changed'
  | 'organization.deleted'
  | 'organization.purged'
  | 'organization.member_added'
  | 'organization.member_changed'
  | 'organization.member_removed'
  | 'organization.seat_reserved'
  | 'organization.seat_released'
> = {
  'organization.created': {
    evolve: (state, { subject, data: { name, plan } }, { at }) => ({
      ...state,
      organizations: state.organizations.set(subject, {
        ...timesOfNew(state, subject, at),
        name,
        plan,
        reservations: SortedMap.empty(),
      }),
      deleted: state.deleted.delete(subject),
    }),
    inverse: ({ subject, data: { name, plan } }) => ({
      type: 'organization.deleted',
      subject,
      data: { name, plan, admins: [] },
    }),
    writes: ({ subject }) => [entityKey('organization', subject)],
    // Anybody may found one, and becomes its admin; one that was deleted comes back by who may restore it.
    judge: (state, actor, { subject }, now) => {
      const item = state.deleted.get(subject);
      const wasAdmin = item?.kind === 'organization' && (item.deletedBy === actor || item.admins.includes(actor));
      const mayDo = item === undefined || wasAdmin || may(state, actor, 'access.manage', now);
      return mayDo ? undefined : refuse('forbidden');
    },
    violation: (after, { subject }) => (hasLastingAdmin(after, subject) ? undefined : refuse('last_admin')),
  },
  'organization.renamed': {
    evolve: (state, { subject, data: { after } }, { at }) =>
      withOrganization(state, subject, (organization) => ({ ...organization, name: after, updatedAt: at })),
    inverse: ({ subject, data: { before, after } }) => ({
      type: 'organization.renamed',
      subject,
      data: { before: after, after: before },
    }),
    writes: ({ subject }) => [`organization:${subject}/name`],
    within: ({ subject }) => [entityKey('organization', subject)],
    reads: ({ subject }) => [entityKey('organization', subject)],
    judge: judgeAdmin,
  },
  'organization.plan_changed': {
    evolve: (state, { subject, data: { after } }, { at }) =>
      withOrganization(state, subject, (organization) => ({ ...organization, plan: after, updatedAt: at })),
    inverse: ({ subject, data: { before, after } }) => ({
      type: 'organization.plan_changed',
      subject,
      data: { before: after, after: before },
    }),
    writes: ({ subject }) => [`organization:${subject}/plan`],
    within: ({ subject }) => [entityKey('organization', subject)],
    reads: ({ subject }) => [entityKey('organization', subject)],
    judge: (state, actor, _, now) => (may(state, actor, 'plans.manage', now) ? undefined : refuse('forbidden')),
    violation: tooSmall,
  },
  'organization.policies_changed': {
    edges: ({ subject, data: { before, after } }) =>
      before.mfaRequired === after.mfaRequired
        ? []
        : [{ ...secondFactorPolicy(subject), terms: after.mfaRequired ? { validUntil: null } : null }],
    inverse: ({ subject, data: { before, after } }) => ({
      type: 'organization.policies_changed',
      subject,
      data: { before: after, after: before },
    }),
    within: ({ subject }) => [entityKey('organization', subject)],
    reads: ({ subject }) => [entityKey('organization', subject)],
    judge: judgeAdmin,
  },
  'organization.deleted': {
    evolve: (state, { subject, data: { name, admins } }, { position, at, actor }) => ({
      ...state,
      organizations: state.organizations.delete(subject),
      deleted: state.deleted.set(subject, {
        kind: 'organization',
        id: subject,
        name,
        admins,
        createdAt: state.organizations.get(subject)?.createdAt ?? at,
        deletedBy: actor,
        deletedAt: at,
        position,
      }),
    }),
    inverse: ({ subject, data: { name, plan } }) => ({ type: 'organization.created', subject, data: { name, plan } }),
    writes: ({ subject }) => [entityKey('organization', subject)],
    reads: ({ subject }) => [`organization:${subject}/name`, `organization:${subject}/plan`],
    judge: judgeAdmin,
  },
  'organization.purged': {
    evolve: (state, { subject }) => ({ ...state, deleted: state.deleted.delete(subject) }),
    inverse: () => null,
    writes: ({ subject }) => [entityKey('organization', subject)],
    judge: (_, actor) => (actor === ownAuthority ? undefined : refuse('forbidden')),
  },
  'organization.member_added': {
    edges: edgesOf,
    inverse: removed,
    writes: memberWrites,
    // Its founder becomes its first admin before anybody governs it.
    judge: (state, actor, fact, now) =>
      state.organizations.has(fact.subject) ? judgeMember(state, actor, fact, now) : undefined,
    violation: overfull,
  },
  'organization.member_changed': {
    edges: edgesOf,
    inverse: ({ subject, data: { userId, before, after } }) => ({
      type: 'organization.member_changed',
      subject,
      data: { userId, before: after, after: before },
    }),
    withdrawal: removed,
    writes: memberWrites,
    judge: judgeMember,
    violation: withoutAdmin,
  },
  'organization.member_removed': {
    edges: edgesOf,
    inverse: ({ subject, data: { expired, userId, before } }) =>
      expired ? null : { type: 'organization.member_added', subject, data: { userId, before: null, after: before } },
    writes: memberWrites,
    judge: judgeMember,
    violation: withoutAdmin,
  },
  'organization.seat_reserved': {
    evolve: (state, { subject, data: { reservationId, validUntil } }) =>
      withOrganization(state, subject, (organization) => ({
        ...organization,
        reservations: organization.reservations.set(reservationId, validUntil),
      })),
    inverse: (fact) => {
      const { reservationId, before = null, validUntil } = fact.data;
      if (before === null) return released(fact);
      const data = { reservationId, before: validUntil, validUntil: before };
      return { type: 'organization.seat_reserved', subject: fact.subject, data };
    },
    withdrawal: released,
    writes: ({ subject, data: { reservationId } }) => [`organization:${subject}/seat:${reservationId}`],
    within: ({ subject }) => [entityKey('organization', subject)],
    reads: ({ subject }) => [entityKey('organization', subject)],
    judge: judgeAdmin,
    violation: overfull,
  },
  'organization.seat_released': {
    evolve: (state, { subject, data: { reservationId } }) =>
      withOrganization(state, subject, (organization) => ({
        ...organization,
        reservations: organization.reservations.delete(reservationId),
      })),
    inverse: ({ subject, data: { expired, reservationId, validUntil } }) =>
      expired ? null : { type: 'organization.seat_reserved', subject, data: { reservationId, validUntil } },
    writes: ({ subject, data: { reservationId } }) => [`organization:${subject}/seat:${reservationId}`],
    within: ({ subject }) => [entityKey('organization', subject)],
    judge: judgeAdmin,
  },
};
