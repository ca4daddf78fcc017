import { refuse } from '@rollcall/types/problems';
import { governs, may, seesOrganization } from '../authority.ts';
import type { WishOf } from '../commands.ts';
import type { AccessFact, FactOf } from '../events.ts';
import { isSuspended } from '../holdings.ts';
import type { AccessState } from '../state.ts';
import { asSubject, scopedName, thingOf, thingWithin, wholeOf } from '../tuples.ts';
import type { Decide, Moment } from './deciding.ts';
import { revocationsFrom } from './permissions.ts';
import { isHidden, namesNothing, pastEnd, sameInstant, termsOf } from './terms.ts';

interface Scoped {
  readonly organizationId?: string | null | undefined;
}

/** Whether an actor manages the roles there are everywhere, or those of an organization. */
const notManaged = (state: AccessState, { organizationId }: Scoped, { actor, now }: Moment) => {
  if (!organizationId) return may(state, actor, 'roles.manage', now) ? undefined : refuse('forbidden');
  if (!seesOrganization(state, actor, organizationId, now)) return refuse('not_found');
  return governs(state, actor, organizationId, now) ? undefined : refuse('forbidden');
};

const keyOf = ({ organizationId, name }: Scoped & { readonly name: string }): string =>
  scopedName(organizationId ?? null, name);

export const createRole: Decide<'createRole'> = (state, wish, moment) => {
  const { name, description, permissions } = wish;
  const refusal = notManaged(state, wish, moment);
  if (refusal) return refusal;
  const organizationId = wish.organizationId ?? null;
  const subject = keyOf(wish);
  if (state.roles.has(subject)) return refuse('role_exists');
  const missing = permissions.findIndex((permission) => !state.permissions.has(permission));
  if (missing >= 0) return namesNothing(`/permissions/${missing}`, 'permission');
  const grants = [...new Set(permissions)].map(
    (permission): AccessFact => ({
      type: 'permission.granted',
      subject,
      data: {
        permission,
        ...(organizationId === null ? {} : { organizationId }),
        holder: 'role',
        before: null,
        after: { validUntil: null },
      },
    }),
  );
  return [{ type: 'role.created', subject, data: { name, organizationId, description } }, ...grants];
};

export const describeRole: Decide<'describeRole'> = (state, wish, moment) => {
  const subject = keyOf(wish);
  const role = state.roles.get(subject);
  const refusal = notManaged(state, wish, moment);
  if (refusal || !role) return refusal ?? refuse('not_found');
  if (role.description === wish.description) return [];
  return [{ type: 'role.described', subject, data: { before: role.description, after: wish.description } }];
};

export const deleteRole: Decide<'deleteRole'> = (state, wish, moment) => {
  const refusal = notManaged(state, wish, moment);
  if (refusal) return refusal;
  const subject = keyOf(wish);
  return state.roles.has(subject) ? roleDeletion(state, subject) : refuse('not_found');
};

export const assignRole: Decide<'assignRole'> = (state, wish, moment) => {
  const found = assignmentIn(state, wish, moment);
  if ('refused' in found) return found;
  const validUntil = wish.validUntil ?? null;
  if (wish.userId !== undefined && isSuspended(state, wish.userId)) return refuse('user_suspended');
  const past = pastEnd(validUntil, moment.now);
  if (past) return past;
  const { subject, assignee, before } = found;
  if (before && sameInstant(before.validUntil, validUntil)) return [];
  return [{ type: 'role.assigned', subject, data: { assignee, before, after: { validUntil } } }];
};

export const unassignRole: Decide<'unassignRole'> = (state, wish, moment) => {
  const found = assignmentIn(state, wish, moment);
  if ('refused' in found) return found;
  const { subject, assignee, before } = found;
  return before ? [{ type: 'role.unassigned', subject, data: { assignee, before, after: null } }] : [];
};

const assignmentIn = (state: AccessState, wish: WishOf<'assignRole'> | WishOf<'unassignRole'>, moment: Moment) => {
  const refusal = notManaged(state, wish, moment);
  if (refusal) return refusal;
  const subject = keyOf(wish);
  const assignee = assigneeIn(wish);
  if (!state.roles.has(subject)) return refuse('not_found');
  if (wish.userId !== undefined && !state.users.has(wish.userId)) return refuse('not_found');
  const tuple = {
    object: `role:${subject}`,
    relation: 'assignee',
    subject: asSubject(thingWithin(wish.organizationId ?? null, assignee)),
  };
  const edge = state.edges.get(tuple);
  if (wish.organizationId && !edge && isHidden(state, wish, moment)) return refuse('not_found');
  return { subject, assignee, before: termsOf(edge) };
};

type Assignee = FactOf<'role.assigned'>['data']['assignee'];

const assigneeIn = ({ userId, teamId, groupId }: Omit<WishOf<'unassignRole'>, 'type'>): Assignee => {
  if (teamId !== undefined) return `team:${teamId}`;
  return groupId !== undefined ? `group:${groupId}` : `user:${userId ?? ''}`;
};

/** The end of one assignment. */
export const unassignment = (object: string, subject: string, validUntil: string | null): AccessFact => {
  const [type, id = ''] = wholeOf(thingOf(subject)).split(':');
  const kind = type === 'team' || type === 'group' ? type : 'user';
  return {
    type: 'role.unassigned',
    subject: object.slice('role:'.length),
    data: { assignee: `${kind}:${id}`, before: { validUntil }, after: null },
  };
};

/** The end of a role, of what it holds and of who has it. */
export const roleDeletion = (state: AccessState, subject: string): readonly AccessFact[] => {
  const role = state.roles.get(subject);
  if (!role) return [];
  const object = `role:${subject}`;
  return [
    ...[...state.edges.subjectsOf(object, 'assignee')].map(([assignee, { validUntil }]) =>
      unassignment(object, assignee, validUntil),
    ),
    ...revocationsFrom(state, `${object}#assignee`),
    { type: 'role.deleted', subject, data: role },
  ];
};

/** The end of all roles that a subject has, or only of those of one organization. */
export const unassignmentsFrom = (
  state: AccessState,
  subject: string,
  organizationId: string | undefined = undefined,
): readonly AccessFact[] => {
  const prefix = organizationId === undefined ? 'role:' : `role:${organizationId}/`;
  return [...state.edges.of(subject, prefix)].map(([{ object }, { validUntil }]) =>
    unassignment(object, subject, validUntil),
  );
};
