import { adminPermission } from '@rollcall/types/permissions';
import { refuse } from '@rollcall/types/problems';
import { governs, may, mayPassOn, seesOrganization } from '../authority.ts';
import type { WishOf } from '../commands.ts';
import type { Edge } from '../edges.ts';
import type { AccessFact, FactOf } from '../events.ts';
import { kindOf } from '../facts/kinds.ts';
import { isSuspended } from '../holdings.ts';
import { type AccessState, isBuiltIn } from '../state.ts';
import { asSubject, scopedName, thingOf, thingWithin, wholeOf } from '../tuples.ts';
import type { Decide, Moment } from './deciding.ts';
import { isHidden, pastEnd, sameInstant, termsOf } from './terms.ts';

export const createPermission: Decide<'createPermission'> = (state, { name, description }, { actor, now }) => {
  if (!may(state, actor, 'permissions.manage', now)) return refuse('forbidden');
  if (state.permissions.has(name)) return refuse('permission_exists');
  return [{ type: 'permission.created', subject: name, data: { name, description } }];
};

/** Which permissions there are to change is told to nobody else. */
export const describePermission: Decide<'describePermission'> = (state, { name, description }, { actor, now }) => {
  const before = state.permissions.get(name);
  if (before === undefined || !may(state, actor, 'permissions.manage', now)) return refuse('not_found');
  if (isBuiltIn(name)) return refuse('permission_protected');
  if (before === description) return [];
  return [{ type: 'permission.described', subject: name, data: { name, before, after: description } }];
};

export const deletePermission: Decide<'deletePermission'> = (state, { name }, { actor, now }) => {
  const description = state.permissions.get(name);
  if (description === undefined || !may(state, actor, 'permissions.manage', now)) return refuse('not_found');
  if (isBuiltIn(name)) return refuse('permission_protected');
  const revocations = [...grantsOf(state, `permission:${name}`), ...scopedGrantsOf(state, name)];
  return [...revocations, { type: 'permission.deleted', subject: name, data: { name, description } }];
};

export const grantPermission: Decide<'grantPermission'> = (state, wish, moment) => {
  const { actor, now } = moment;
  const grant = grantIn(state, wish, moment);
  if ('refused' in grant) return grant;
  const validUntil = wish.validUntil ?? null;
  if (wish.userId !== undefined && isSuspended(state, wish.userId)) return refuse('user_suspended');
  const past = pastEnd(validUntil, now);
  if (past) return past;
  const before = termsOf(grant.edge);
  const data = { ...grant.data, before, after: { validUntil } };
  const fact: AccessFact = { type: 'permission.granted', subject: grant.subject, data };
  if (!before || !sameInstant(before.validUntil, validUntil)) return [fact];
  // Whether it is so already is told to those who could have made it so.
  return kindOf(fact)?.judge(state, actor, fact, now) ?? [];
};

export const revokePermission: Decide<'revokePermission'> = (state, wish, moment) => {
  const grant = grantIn(state, wish, moment);
  if ('refused' in grant) return grant;
  const before = termsOf(grant.edge);
  if (!before) return [];
  return [{ type: 'permission.revoked', subject: grant.subject, data: { ...grant.data, before, after: null } }];
};

type Wish = WishOf<'grantPermission'> | WishOf<'revokePermission'>;

const mayPassOnWithin = (
  state: AccessState,
  actor: string,
  { organizationId, permission }: Pick<Wish, 'organizationId' | 'permission'>,
  now: number,
): boolean => (organizationId ? governs(state, actor, organizationId, now) : mayPassOn(state, actor, permission, now));

/** What a wish is about, if its actor may know of it. */
const grantIn = (state: AccessState, wish: Wish, { actor, now }: Moment) => {
  const organizationId = wish.organizationId ?? null;
  if (organizationId !== null && !seesOrganization(state, actor, organizationId, now)) return refuse('not_found');
  const right = wish.role === undefined ? 'permissions.grant' : 'roles.manage';
  const mayDo = organizationId === null ? may(state, actor, right, now) : governs(state, actor, organizationId, now);
  if (!mayDo) return refuse('forbidden');
  const [holder, subject] = holderIn(wish, organizationId);
  if (!isThere(state, holder, subject) || !state.permissions.has(wish.permission)) return refuse('not_found');
  if (!mayPassOnWithin(state, actor, wish, now)) return refuse('forbidden');
  const object = `permission:${scopedName(organizationId, wish.permission)}`;
  const edge = state.edges.get({
    object,
    relation: 'holder',
    subject: asSubject(thingWithin(organizationId, `${holder}:${subject}`)),
  });
  if (organizationId !== null && !edge && isHidden(state, wish, { actor, now })) return refuse('not_found');
  return { subject, edge, data: grantData(wish.permission, organizationId, holder) };
};

type Holder = NonNullable<FactOf<'permission.granted'>['data']['holder']>;

const holderIn = (wish: Wish, organizationId: string | null): readonly [Holder, string] => {
  if (wish.teamId !== undefined) return ['team', wish.teamId];
  if (wish.groupId !== undefined) return ['group', wish.groupId];
  if (wish.role !== undefined) return ['role', scopedName(organizationId, wish.role)];
  return ['user', wish.userId ?? ''];
};

const isThere = (state: AccessState, holder: Holder, id: string): boolean =>
  ({ user: state.users, team: state.teams, group: state.groups, role: state.roles })[holder].has(id);

/** A user's grants everywhere are told as they were before there were organizations. */
const grantData = (permission: string, organizationId: string | null, holder: Holder) => ({
  permission,
  ...(organizationId === null ? {} : { organizationId }),
  ...(holder === 'user' ? {} : { holder }),
});

/** The end of one grant. */
export const revocation = (object: string, subject: string, { validUntil }: Edge): AccessFact => {
  const thing = wholeOf(thingOf(subject));
  const colon = thing.indexOf(':');
  const name = object.slice('permission:'.length);
  const slash = name.indexOf('/');
  const holder = thing.slice(0, colon);
  const kind = holder === 'team' || holder === 'group' || holder === 'role' ? holder : 'user';
  return {
    type: 'permission.revoked',
    subject: thing.slice(colon + 1),
    data: {
      ...grantData(name.slice(slash + 1), slash < 0 ? null : name.slice(0, slash), kind),
      before: { validUntil },
      after: null,
    },
  };
};

/** The end of all that is granted of an object. */
const grantsOf = (state: AccessState, object: string): readonly AccessFact[] =>
  [...state.edges.subjectsOf(object, 'holder')].map(([subject, edge]) => revocation(object, subject, edge));

/** The end of what is granted of a permission within organizations. */
const scopedGrantsOf = (state: AccessState, name: string): readonly AccessFact[] =>
  [...state.organizations.entries()].flatMap(([id]) => grantsOf(state, `permission:${scopedName(id, name)}`));

/** The end of all that is granted to a subject, or only within one organization. */
export const revocationsFrom = (
  state: AccessState,
  subject: string,
  organizationId: string | undefined = undefined,
): readonly AccessFact[] => {
  const prefix = organizationId === undefined ? 'permission:' : `permission:${organizationId}/`;
  return [...state.edges.of(subject, prefix)].map(([{ object }, edge]) => revocation(object, subject, edge));
};

/** The grant of `admin` everywhere and for good, if somebody does not have it yet. */
export const adminGrant = (state: AccessState, userId: string): readonly AccessFact[] => {
  const tuple = { object: `permission:${adminPermission}`, relation: 'holder', subject: `user:${userId}` };
  const before = termsOf(state.edges.get(tuple));
  if (before?.validUntil === null) return [];
  const data = { permission: adminPermission, before, after: { validUntil: null } };
  return [{ type: 'permission.granted', subject: userId, data }];
};
