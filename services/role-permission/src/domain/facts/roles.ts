import { type Refusal, refuse } from '@rollcall/types/problems';
import { governs, governsUntil, may, mayGiveAllUntil } from '../authority.ts';
import { endOf } from '../edges.ts';
import type { AccessFact, FactOf } from '../events.ts';
import { membershipOf } from '../holdings.ts';
import type { AccessState } from '../state.ts';
import { asSubject, type Tuple, thingWithin } from '../tuples.ts';
import { entityKey, type FactKinds, membershipKey } from './kind.ts';
import { carriesBuiltIns, notSpreadTo } from './spread.ts';

type Assignment = FactOf<'role.assigned'> | FactOf<'role.unassigned'>;

const tupleOf = ({ subject, data: { assignee } }: Assignment): Tuple => ({
  object: `role:${subject}`,
  relation: 'assignee',
  subject: asSubject(thingWithin(organizationOf(subject), assignee)),
});

const unassigned = ({ subject, data: { assignee, after } }: FactOf<'role.assigned'>): AccessFact => ({
  type: 'role.unassigned',
  subject,
  data: { assignee, before: after, after: null },
});

const withinOrganization = ({ data: { organizationId } }: { data: { organizationId: string | null } }) =>
  organizationId === null ? [] : [entityKey('organization', organizationId)];

/** The organization that a role is of, by its name: `<organizationId>/<name>`. */
const organizationOf = (role: string): string | null => {
  const slash = role.indexOf('/');
  return slash < 0 ? null : role.slice(0, slash);
};

const managesRole = (state: AccessState, actor: string, { subject }: { subject: string }, now: number) => {
  const organizationId = organizationOf(subject);
  const mayDo =
    organizationId === null ? may(state, actor, 'roles.manage', now) : governs(state, actor, organizationId, now);
  return mayDo ? undefined : refuse('forbidden');
};

/** Giving a role is giving all that it holds, and takes no less. */
const judgeAssignment = (state: AccessState, actor: string, fact: Assignment, now: number): Refusal | undefined => {
  const refusal = managesRole(state, actor, fact, now);
  if (refusal) return refusal;
  const organizationId = organizationOf(fact.subject);
  const limit =
    organizationId === null
      ? mayGiveAllUntil(state, actor, `role:${fact.subject}#assignee`, 'roles.manage')
      : governsUntil(state, actor, organizationId);
  const end = fact.data.after === null ? now : endOf(fact.data.after);
  return now < limit && end <= limit ? undefined : refuse('forbidden');
};

export const roleFacts: FactKinds<
  'role.created' | 'role.described' | 'role.deleted' | 'role.assigned' | 'role.unassigned'
> = {
  'role.created': {
    evolve: (state, { subject, data: { name, organizationId, description } }) => ({
      ...state,
      roles: state.roles.set(subject, { name, organizationId, description }),
    }),
    inverse: ({ subject, data: { undoes: _, ...role } }) => ({ type: 'role.deleted', subject, data: role }),
    writes: ({ subject }) => [entityKey('role', subject)],
    reads: ({ data: { organizationId } }) => (organizationId ? [entityKey('organization', organizationId)] : []),
    within: withinOrganization,
    judge: managesRole,
    violation: (after, { data: { organizationId } }) =>
      organizationId === null || after.organizations.has(organizationId) ? undefined : refuse('not_found'),
  },
  'role.described': {
    evolve: (state, { subject, data: { after } }) => {
      const role = state.roles.get(subject);
      return role ? { ...state, roles: state.roles.set(subject, { ...role, description: after }) } : state;
    },
    inverse: ({ subject, data: { before, after } }) => ({
      type: 'role.described',
      subject,
      data: { before: after, after: before },
    }),
    writes: ({ subject }) => [`role:${subject}/description`],
    within: ({ subject }) => [entityKey('role', subject)],
    reads: ({ subject }) => [entityKey('role', subject)],
    judge: managesRole,
  },
  'role.deleted': {
    evolve: (state, { subject }) => ({ ...state, roles: state.roles.delete(subject) }),
    inverse: ({ subject, data: { undoes: _, ...role } }) => ({ type: 'role.created', subject, data: role }),
    writes: ({ subject }) => [entityKey('role', subject)],
    reads: ({ subject }) => [`role:${subject}/description`],
    within: withinOrganization,
    judge: managesRole,
  },
  'role.assigned': {
    edges: (fact) => [{ ...tupleOf(fact), terms: fact.data.after }],
    inverse: (fact) => {
      const { assignee, before, after } = fact.data;
      if (before === null) return unassigned(fact);
      return { type: 'role.assigned', subject: fact.subject, data: { assignee, before: after, after: before } };
    },
    withdrawal: unassigned,
    reads: ({ subject, data: { assignee } }) => {
      const organizationId = organizationOf(subject);
      const [type, id = ''] = assignee.split(':');
      return organizationId !== null && type === 'user' ? [membershipKey(organizationId, id)] : [];
    },
    judge: judgeAssignment,
    violation: (after, fact, before) => {
      const { subject, data } = fact;
      const organizationId = organizationOf(subject);
      if (organizationId !== null) return outsideOrganization(after, data.assignee, organizationId);
      if (before.edges.get(tupleOf(fact)) || !carriesBuiltIns(after, `role:${subject}`)) return undefined;
      return notSpreadTo(after, data.assignee);
    },
  },
  'role.unassigned': {
    edges: (fact) => [{ ...tupleOf(fact), terms: null }],
    inverse: ({ subject, data: { expired, assignee, before, after } }) =>
      expired ? null : { type: 'role.assigned', subject, data: { assignee, before: after, after: before } },
    judge: (state, actor, fact, now) =>
      // Whoever leaves an organization lays down what they were there.
      organizationOf(fact.subject) !== null && fact.data.assignee === `user:${actor}`
        ? undefined
        : judgeAssignment(state, actor, fact, now),
  },
};

const outsideOrganization = (state: AccessState, assignee: string, organizationId: string): Refusal | undefined => {
  const [type, id = ''] = assignee.split(':');
  const belongs =
    (type === 'user' && membershipOf(state, organizationId, id) !== undefined) ||
    (type === 'team' && state.teams.get(id)?.organizationId === organizationId) ||
    (type === 'group' && state.groups.get(id)?.kind === 'manageable');
  return belongs ? undefined : refuse('not_in_organization');
};
