import { type Refusal, refuse } from '@rollcall/types/problems';
import { governs, governsProject, governsUntil, may, mayHandTo, ownAuthority } from '../authority.ts';
import { endOf } from '../edges.ts';
import type { AccessFact, FactOf } from '../events.ts';
import { belongsSomewhere, isMember, isSuspended } from '../holdings.ts';
import { type AccessState, exists, type Project, timesOfNew } from '../state.ts';
import { asSubject, type Tuple, textOf, userOf } from '../tuples.ts';
import { entityKey, type FactKinds } from './kind.ts';

type Membership = FactOf<'project.member_added'> | FactOf<'project.member_changed'> | FactOf<'project.member_removed'>;

const owned = (projectId: string, owner: string): Tuple => ({
  object: `project:${projectId}`,
  relation: 'owner',
  subject: owner,
});

const tupleOf = ({ subject, data: { member } }: Membership): Tuple => ({
  object: `project:${subject}`,
  relation: 'member',
  subject: asSubject(member),
});

const changed = (state: AccessState, id: string, change: Partial<Project>): AccessState => {
  const project = state.projects.get(id);
  return project ? { ...state, projects: state.projects.set(id, { ...project, ...change }) } : state;
};

/** The organization that owns a project, if one does. */
const organizationOf = (owner: string): string | undefined =>
  userOf(owner) === undefined ? owner.slice('organization:'.length) : undefined;

/** One that is there, or was and can come back: by its owner, by who governs the organization that owns it. */
const judgeProject = (state: AccessState, actor: string, { subject }: { subject: string }, now: number) => {
  if (governsProject(state, actor, subject, now) || may(state, actor, 'access.manage', now)) return undefined;
  const item = state.deleted.get(subject);
  if (item?.kind !== 'project') return refuse('forbidden');
  const organizationId = organizationOf(item.owner);
  const mayDo =
    organizationId === undefined ? item.owner === `user:${actor}` : governs(state, actor, organizationId, now);
  return mayDo ? undefined : refuse('forbidden');
};

const judgeMember = (state: AccessState, actor: string, fact: Membership, now: number): Refusal | undefined => {
  const refusal = judgeProject(state, actor, fact, now);
  if (refusal || fact.data.after === null) return refusal;
  const organizationId = organizationOf(state.projects.get(fact.subject)?.owner ?? 'user:');
  const limit = organizationId === undefined ? Number.POSITIVE_INFINITY : governsUntil(state, actor, organizationId);
  return endOf(fact.data.after) <= limit ? undefined : refuse('forbidden');
};

const removed = ({
  subject,
  data: { owner, member, after },
}: FactOf<'project.member_added'> | FactOf<'project.member_changed'>): AccessFact => ({
  type: 'project.member_removed',
  subject,
  data: { owner, member, before: after, after: null },
});

const isMissing = (after: AccessState, { subject }: Membership): Refusal | undefined =>
  after.projects.has(subject) ? undefined : refuse('not_found');

/** A place in a project is one under its owner. */
const ownerRead = ({ subject, data: { owner } }: Membership): readonly string[] => [textOf(owned(subject, owner))];

/** It comes and goes with the owner that the project had then, too: with an organization's return the project changes hands. */
const around = ({ subject, data: { owner, member } }: Membership): readonly string[] => [
  entityKey('project', subject),
  owner,
  member,
];

/** For good: somebody who governs for a time gives nothing away for longer. */
const judgeTransfer = (
  state: AccessState,
  actor: string,
  fact: FactOf<'project.transferred'>,
  now: number,
): Refusal | undefined => {
  const refusal = judgeProject(state, actor, fact, now);
  if (refusal) return refusal;
  const organizationId = organizationOf(state.projects.get(fact.subject)?.owner ?? 'user:');
  const until = organizationId === undefined ? Number.POSITIVE_INFINITY : governsUntil(state, actor, organizationId);
  return until === Number.POSITIVE_INFINITY && mayHandTo(state, actor, fact.data.after.owner, now)
    ? undefined
    : refuse('forbidden');
};

export const projectFacts: FactKinds<
  | 'project.created'
  | 'project.renamed'
  | 'project.transferred'
  | 'project.deleted'
  | 'project.purged'
  | 'project.member_added'
  | 'project.member_changed'
  | 'project.member_removed'
> = {
  'project.created': {
    edges: ({ subject, data: { owner } }) => [{ ...owned(subject, owner), terms: { validUntil: null } }],
    evolve: (state, { subject, data: { name, owner } }, { at }) => ({
      ...state,
      projects: state.projects.set(subject, { ...timesOfNew(state, subject, at), name, owner }),
      deleted: state.deleted.delete(subject),
    }),
    inverse: ({ subject, data: { undoes: _, ...project } }) => ({ type: 'project.deleted', subject, data: project }),
    writes: ({ subject }) => [entityKey('project', subject)],
    within: ({ data: { owner } }) => [owner],
    judge: (state, actor, fact, now) => {
      if (state.deleted.has(fact.subject)) return judgeProject(state, actor, fact, now);
      return mayOwn(state, actor, fact.data.owner, now) ? undefined : refuse('forbidden');
    },
  },
  'project.renamed': {
    evolve: (state, { subject, data: { after } }, { at }) => changed(state, subject, { name: after, updatedAt: at }),
    inverse: ({ subject, data: { owner, before, after } }) => ({
      type: 'project.renamed',
      subject,
      data: { owner, before: after, after: before },
    }),
    writes: ({ subject }) => [`project:${subject}/name`],
    within: ({ subject }) => [entityKey('project', subject)],
    reads: ({ subject }) => [entityKey('project', subject)],
    judge: judgeProject,
  },
  'project.transferred': {
    edges: ({ subject, data: { before, after } }) => [
      { ...owned(subject, before.owner), terms: null },
      { ...owned(subject, after.owner), terms: { validUntil: null } },
    ],
    evolve: (state, { subject, data: { after } }, { at }) =>
      changed(state, subject, { name: after.name, owner: after.owner, updatedAt: at }),
    inverse: ({ subject, data: { before, after } }) => ({
      type: 'project.transferred',
      subject,
      data: { before: after, after: before },
    }),
    writes: ({ subject }) => [`project:${subject}/name`],
    reads: ({ subject }) => [entityKey('project', subject)],
    // Taking a transfer back is one, too.
    judge: judgeTransfer,
    violation: (
      after,
      {
        data: {
          after: { owner },
        },
      },
    ) => {
      if (!exists(after, owner)) return refuse('not_found');
      return isSuspended(after, userOf(owner) ?? '') ? refuse('user_suspended') : undefined;
    },
  },
  'project.deleted': {
    edges: ({ subject, data: { owner } }) => [{ ...owned(subject, owner), terms: null }],
    evolve: (state, { subject, data: { name, owner } }, { position, at, actor }) => ({
      ...state,
      projects: state.projects.delete(subject),
      deleted: state.deleted.set(subject, {
        kind: 'project',
        id: subject,
        name,
        owner,
        createdAt: state.projects.get(subject)?.createdAt ?? at,
        deletedBy: actor,
        deletedAt: at,
        position,
      }),
    }),
    inverse: ({ subject, data: { undoes: _, ...project } }) => ({ type: 'project.created', subject, data: project }),
    writes: ({ subject }) => [entityKey('project', subject)],
    reads: ({ subject }) => [`project:${subject}/name`],
    within: ({ data: { owner } }) => [owner],
    judge: judgeProject,
  },
  'project.purged': {
    evolve: (state, { subject }) => ({ ...state, deleted: state.deleted.delete(subject) }),
    inverse: () => null,
    writes: ({ subject }) => [entityKey('project', subject)],
    judge: (_, actor) => (actor === ownAuthority ? undefined : refuse('forbidden')),
  },
  'project.member_added': {
    edges: (fact) => [{ ...tupleOf(fact), terms: fact.data.after }],
    inverse: removed,
    // Whoever founds one for their organization is in it from the start.
    judge: (state, actor, fact, now) =>
      !state.projects.has(fact.subject) && fact.data.member === `user:${actor}`
        ? undefined
        : judgeMember(state, actor, fact, now),
    reads: ownerRead,
    within: around,
    violation: isMissing,
  },
  'project.member_changed': {
    edges: (fact) => [{ ...tupleOf(fact), terms: fact.data.after }],
    inverse: ({ subject, data: { owner, member, before, after } }) => ({
      type: 'project.member_changed',
      subject,
      data: { owner, member, before: after, after: before },
    }),
    withdrawal: removed,
    judge: judgeMember,
    reads: ownerRead,
    within: around,
    violation: isMissing,
  },
  'project.member_removed': {
    edges: (fact) => [{ ...tupleOf(fact), terms: null }],
    inverse: ({ subject, data: { expired, owner, member, before } }) =>
      expired ? null : { type: 'project.member_added', subject, data: { owner, member, before: null, after: before } },
    within: around,
    judge: (state, actor, fact, now) =>
      fact.data.member === `user:${actor}` ? undefined : judgeMember(state, actor, fact, now),
  },
};

/** Who belongs to no organization has no projects; who belongs to one may have them themselves, or for it. */
const mayOwn = (state: AccessState, actor: string, owner: string, now: number): boolean => {
  if (may(state, actor, 'access.manage', now)) return true;
  const organizationId = organizationOf(owner);
  if (organizationId !== undefined) return isMember(state, organizationId, actor, now);
  return owner === `user:${actor}` && belongsSomewhere(state, actor, now);
};
