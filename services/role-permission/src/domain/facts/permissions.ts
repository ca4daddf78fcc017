import { type Refusal, refuse } from '@rollcall/types/problems';
import { governs, governsUntil, may, mayGiveUntil, mayPassOn } from '../authority.ts';
import { endOf } from '../edges.ts';
import type { AccessFact, FactOf } from '../events.ts';
import { membershipOf } from '../holdings.ts';
import { type AccessState, builtInDescription, isBuiltIn } from '../state.ts';
import { asSubject, scopedName, type Tuple, thingWithin } from '../tuples.ts';
import { entityKey, type FactKinds, membershipKey } from './kind.ts';
import { notSpreadTo } from './spread.ts';

type Grant = FactOf<'permission.granted'> | FactOf<'permission.revoked'>;

const managesPermissions = (state: AccessState, actor: string, _: unknown, now: number) =>
  may(state, actor, 'permissions.manage', now) ? undefined : refuse('forbidden');

const described = (state: AccessState, name: string, description: string | undefined): AccessState => ({
  ...state,
  permissions: description === undefined ? state.permissions.delete(name) : state.permissions.set(name, description),
});

export const holderOf = ({ subject, data: { holder = 'user', organizationId } }: Grant): string =>
  thingWithin(organizationId ?? null, `${holder}:${subject}`);

const tupleOf = (fact: Grant): Tuple => ({
  object: `permission:${scopedName(fact.data.organizationId ?? null, fact.data.permission)}`,
  relation: 'holder',
  subject: asSubject(holderOf(fact)),
});

/** Teams and roles are their organization's by themselves; people belong to it, and groups to none. */
const relied = ({ subject, data: { permission, organizationId, holder = 'user' } }: Grant): readonly string[] => [
  entityKey('permission', permission),
  ...(organizationId && holder === 'user' ? [membershipKey(organizationId, subject)] : []),
  ...(organizationId && holder === 'group' ? [entityKey('organization', organizationId)] : []),
];

const revoked = ({
  subject,
  data: { undoes: _, before: __, after, ...grant },
}: FactOf<'permission.granted'>): AccessFact => ({
  type: 'permission.revoked',
  subject,
  data: { ...grant, before: after, after: null },
});

/** What is held within an organization comes and goes with it, and with the team or role that holds it. */
const heldWithin = ({ subject, data: { organizationId, holder } }: Grant): readonly string[] | undefined => {
  if (!organizationId) return undefined;
  const bundle = holder === 'team' || holder === 'role' ? [entityKey(holder, subject)] : [];
  return [entityKey('organization', organizationId), ...bundle];
};

/** Within an organization its admins decide; everywhere, whoever may grant and holds it themselves, so long as they do. */
const judgeGrant = (state: AccessState, actor: string, fact: Grant, now: number): Refusal | undefined => {
  const { permission, organizationId, after } = fact.data;
  const end = after === null ? now : endOf(after);
  if (organizationId) {
    // Whoever leaves lays down what they held there.
    if (after === null && fact.subject === actor) return undefined;
    const mayDo = governs(state, actor, organizationId, now) && end <= governsUntil(state, actor, organizationId);
    return mayDo ? undefined : refuse('forbidden');
  }
  const right = rightFor(fact);
  if (!may(state, actor, right, now) || !mayPassOn(state, actor, permission, now)) return refuse('forbidden');
  const limit = mayGiveUntil(state, actor, permission, right);
  if (end <= limit) return undefined;
  return refuse('forbidden', { detail: `You may grant this until ${new Date(limit).toISOString()} at the latest.` });
};

/** Whoever manages roles says what they hold. */
const rightFor = ({ data: { holder } }: Grant) => (holder === 'role' ? 'roles.manage' : 'permissions.grant');

export const permissionFacts: FactKinds<
  'permission.created' | 'permission.described' | 'permission.deleted' | 'permission.granted' | 'permission.revoked'
> = {
  'permission.created': {
    evolve: (state, { data: { name, description } }) => described(state, name, description),
    inverse: ({ subject, data: { name, description } }) => ({
      type: 'permission.deleted',
      subject,
      data: { name, description },
    }),
    writes: ({ data: { name } }) => [entityKey('permission', name)],
    judge: managesPermissions,
  },
  'permission.described': {
    evolve: (state, { data: { name, after } }) => (state.permissions.has(name) ? described(state, name, after) : state),
    inverse: ({ subject, data: { name, before, after } }) => ({
      type: 'permission.described',
      subject,
      data: { name, before: after, after: before },
    }),
    writes: ({ data: { name } }) => [`permission:${name}/description`],
    reads: ({ data: { name } }) => [entityKey('permission', name)],
    judge: managesPermissions,
  },
  'permission.deleted': {
    // One that was made by hand and deleted before a version had it built in exists all the same.
    evolve: (state, { data: { name } }) => described(state, name, builtInDescription(name)),
    inverse: ({ subject, data: { name, description } }) => ({
      type: 'permission.created',
      subject,
      data: { name, description },
    }),
    writes: ({ data: { name } }) => [entityKey('permission', name)],
    reads: ({ data: { name } }) => [`permission:${name}/description`],
    judge: managesPermissions,
    violation: (_, { data: { name } }) => (isBuiltIn(name) ? refuse('permission_protected') : undefined),
  },
  'permission.granted': {
    edges: (fact) => [{ ...tupleOf(fact), terms: fact.data.after }],
    inverse: (fact) => {
      const { undoes: _, before, after, ...grant } = fact.data;
      if (before === null) return revoked(fact);
      return { type: 'permission.granted', subject: fact.subject, data: { ...grant, before: after, after: before } };
    },
    withdrawal: revoked,
    reads: relied,
    within: heldWithin,
    judge: judgeGrant,
    violation: (after, fact, before) => {
      const { permission, organizationId, holder = 'user' } = fact.data;
      if (!after.permissions.has(permission)) return refuse('not_found');
      if (organizationId) return outsideOrganization(after, fact.subject, holder, permission, organizationId);
      if (!before.edges.get(tupleOf(fact)) && isBuiltIn(permission)) return notSpreadTo(after, holderOf(fact));
      return undefined;
    },
  },
  'permission.revoked': {
    edges: (fact) => [{ ...tupleOf(fact), terms: null }],
    inverse: ({ subject, data: { undoes: _, expired, before, after, ...grant } }) =>
      expired ? null : { type: 'permission.granted', subject, data: { ...grant, before: after, after: before } },
    reads: ({ data: { permission } }) => [entityKey('permission', permission)],
    within: heldWithin,
    judge: judgeGrant,
  },
};

const outsideOrganization = (
  state: AccessState,
  holderId: string,
  holder: 'user' | 'team' | 'group' | 'role',
  permission: string,
  organizationId: string,
): Refusal | undefined => {
  if (isBuiltIn(permission)) {
    return refuse('permission_protected', { detail: 'A permission of the product is held everywhere or not at all.' });
  }
  const belongs = {
    user: () => membershipOf(state, organizationId, holderId) !== undefined,
    team: () => state.teams.get(holderId)?.organizationId === organizationId,
    role: () => state.roles.get(holderId)?.organizationId === organizationId,
    group: () => state.organizations.has(organizationId) && state.groups.get(holderId)?.kind === 'manageable',
  }[holder]();
  return belongs ? undefined : refuse('not_in_organization');
};
