import type { UserId } from '@rollcall/types/ids';
import { type Refusal, refuse } from '@rollcall/types/problems';
import { governs, may, seesOrganization } from '../authority.ts';
import { isCurrent } from '../edges.ts';
import type { AccessFact } from '../events.ts';
import { edgesOf } from '../evolve.ts';
import { isSuspended, type Membership, membershipOf } from '../holdings.ts';
import { requiresSecondFactor } from '../organization-queries.ts';
import type { AccessState, Organization } from '../state.ts';
import { asSubject, textOf, thingWithin, userOf, userSubject } from '../tuples.ts';
import type { Decide, Moment } from './deciding.ts';
import { departures } from './groups.ts';
import { revocationsFrom } from './permissions.ts';
import { projectDeletion } from './projects.ts';
import { roleDeletion, unassignmentsFrom } from './roles.ts';
import { teamDeletion, teamMemberRemoval } from './teams.ts';
import { namesNothing, pastEnd, sameInstant, takenId } from './terms.ts';

/** Any signed-in user may found an organization and becomes its admin by it. */
export const createOrganization: Decide<'createOrganization'> = (state, { organizationId, name, plan }, { actor }) => {
  const userId = userOf(userSubject(actor));
  if (userId === undefined || !state.users.has(userId) || isSuspended(state, userId)) return refuse('forbidden');
  const taken = takenId(state, organizationId);
  if (taken) return taken;
  return [
    { type: 'organization.created', subject: organizationId, data: { name, plan } },
    {
      type: 'organization.member_added',
      subject: organizationId,
      data: { userId, before: null, after: { admin: true, validUntil: null } },
    },
  ];
};

export const renameOrganization: Decide<'renameOrganization'> = (state, { organizationId, name }, moment) => {
  const found = governed(state, organizationId, moment);
  if ('refused' in found) return found;
  if (found.name === name) return [];
  return [{ type: 'organization.renamed', subject: organizationId, data: { before: found.name, after: name } }];
};

export const setOrganizationPlan: Decide<'setOrganizationPlan'> = (state, wish, { actor, now }) => {
  const organization = state.organizations.get(wish.organizationId);
  if (!may(state, actor, 'plans.manage', now)) {
    return seesOrganization(state, actor, wish.organizationId, now) ? refuse('forbidden') : refuse('not_found');
  }
  if (!organization) return refuse('not_found');
  const before = organization.plan;
  const { plan, seats, asOf = before.asOf } = wish;
  // Told of late: something newer was told before.
  if (asOf !== undefined && before.asOf !== undefined && Date.parse(asOf) < Date.parse(before.asOf)) return [];
  if (before.plan === plan && before.seats === seats && before.asOf === asOf) return [];
  const after = { plan, seats, ...(asOf === undefined ? {} : { asOf }) };
  return [{ type: 'organization.plan_changed', subject: wish.organizationId, data: { before, after } }];
};

export const setOrganizationPolicies: Decide<'setOrganizationPolicies'> = (state, wish, moment) => {
  const found = governed(state, wish.organizationId, moment);
  if ('refused' in found) return found;
  return policiesChange(state, wish.organizationId, wish.mfaRequired);
};

const policiesChange = (state: AccessState, organizationId: string, mfaRequired: boolean): readonly AccessFact[] => {
  const before = { mfaRequired: requiresSecondFactor(state, organizationId) };
  if (before.mfaRequired === mfaRequired) return [];
  return [{ type: 'organization.policies_changed', subject: organizationId, data: { before, after: { mfaRequired } } }];
};

/** Everything that is the organization's ends with it, each thing by an event of its own. */
export const deleteOrganization: Decide<'deleteOrganization'> = (state, { organizationId }, moment) => {
  const organization = governed(state, organizationId, moment);
  if ('refused' in organization) return organization;
  const subject = `organization:${organizationId}`;
  const owned = [...state.edges.of(subject, '')].map(([tuple]) => tuple);
  const idsOf = (type: string, relation: string): readonly string[] =>
    owned.flatMap((tuple) =>
      tuple.relation === relation && tuple.object.startsWith(type) ? [tuple.object.slice(type.length)] : [],
    );
  const members = membersOf(state, organizationId);
  const roles = [...state.roles.entries(`${organizationId}/`)].filter(([key]) => key.startsWith(`${organizationId}/`));
  // Grants to groups within the organization have no member or team to end with.
  const groups = [...state.groups.entries()].flatMap(([id]) =>
    revocationsFrom(state, asSubject(thingWithin(organizationId, `group:${id}`)), organizationId),
  );
  return eachOnce([
    ...idsOf('project:', 'owner').flatMap((id) => projectDeletion(state, id)),
    ...idsOf('team:', 'organization').flatMap((id) => teamDeletion(state, id)),
    ...roles.flatMap(([key]) => roleDeletion(state, key)),
    ...groups,
    ...members.flatMap(([userId]) => [
      ...revocationsFrom(state, userSubject(userId), organizationId),
      ...departures(state, userId, organizationId),
    ]),
    ...[...organization.reservations.entries()].map(
      ([reservationId, validUntil]): AccessFact => ({
        type: 'organization.seat_released',
        subject: organizationId,
        data: { reservationId, validUntil },
      }),
    ),
    ...policiesChange(state, organizationId, false),
    ...members.map(([userId, membership]) => removed(organizationId, userId, membership)),
    {
      type: 'organization.deleted',
      subject: organizationId,
      data: {
        name: organization.name,
        plan: organization.plan,
        // Whoever is one for a time restores nothing when that is over.
        admins: members.filter(([, { admin, edge }]) => admin && edge.validUntil === null).map(([userId]) => userId),
      },
    },
  ]);
};

/** What ends with two things, a team’s place in a project, ends with the first of them. */
const eachOnce = (facts: readonly AccessFact[]): readonly AccessFact[] => {
  const ended = new Set<string>();
  return facts.filter((fact) => {
    const keys = edgesOf(fact).map(textOf);
    const isNews = keys.length === 0 || keys.some((key) => !ended.has(key));
    for (const key of keys) ended.add(key);
    return isNews;
  });
};

/** Any user there is may be named; a seat that was kept for them becomes theirs. */
export const addOrganizationMember: Decide<'addOrganizationMember'> = (state, wish, moment) => {
  const { organizationId, userId, reservationId } = wish;
  const organization = governed(state, organizationId, moment);
  if ('refused' in organization) return organization;
  if (!state.users.has(userId)) return namesNothing('/userId', 'user');
  if (isSuspended(state, userId)) return refuse('user_suspended');
  const validUntil = wish.validUntil ?? null;
  const past = pastEnd(validUntil, moment.now);
  if (past) return past;
  const seat = reservationId === undefined ? [] : released(organization, organizationId, reservationId, moment.now);
  if ('refused' in seat) return seat;
  const after = { admin: wish.admin ?? false, validUntil };
  const known = membershipOf(state, organizationId, userId);
  if (known) {
    const isSame = known.admin === after.admin && sameInstant(known.edge.validUntil, validUntil);
    return isSame ? seat : refuse('member_exists');
  }
  const data = { userId, before: null, after };
  return [...seat, { type: 'organization.member_added', subject: organizationId, data }];
};

export const changeOrganizationMember: Decide<'changeOrganizationMember'> = (state, wish, moment) => {
  const { organizationId, userId } = wish;
  const organization = governed(state, organizationId, moment);
  if ('refused' in organization) return organization;
  const known = membershipOf(state, organizationId, userId);
  if (!known) return refuse('not_found');
  const before = { admin: known.admin, validUntil: known.edge.validUntil };
  const after = {
    admin: wish.admin ?? known.admin,
    validUntil: wish.validUntil === undefined ? before.validUntil : wish.validUntil,
  };
  if (before.admin === after.admin && sameInstant(before.validUntil, after.validUntil)) return [];
  const past = pastEnd(after.validUntil, moment.now);
  if (past) return past;
  return [{ type: 'organization.member_changed', subject: organizationId, data: { userId, before, after } }];
};

/** Whoever leaves an organization leaves its teams, and what they held within it. */
export const removeOrganizationMember: Decide<'removeOrganizationMember'> = (state, wish, moment) => {
  const { organizationId, userId } = wish;
  if (!seesOrganization(state, moment.actor, organizationId, moment.now)) return refuse('not_found');
  if (moment.actor !== userId && !governs(state, moment.actor, organizationId, moment.now)) return refuse('forbidden');
  const known = membershipOf(state, organizationId, userId);
  return known ? memberRemoval(state, organizationId, userId, known) : [];
};

export const reserveSeat: Decide<'reserveSeat'> = (state, { organizationId, reservationId, validUntil }, moment) => {
  const organization = governed(state, organizationId, moment);
  if ('refused' in organization) return organization;
  const past = pastEnd(validUntil, moment.now);
  if (past) return past;
  const known = organization.reservations.get(reservationId);
  if (known !== undefined && sameInstant(known, validUntil)) return [];
  const data = { reservationId, before: known ?? null, validUntil };
  return [{ type: 'organization.seat_reserved', subject: organizationId, data }];
};

export const releaseSeat: Decide<'releaseSeat'> = (state, { organizationId, reservationId }, moment) => {
  const organization = governed(state, organizationId, moment);
  if ('refused' in organization) return organization;
  const validUntil = organization.reservations.get(reservationId);
  if (validUntil === undefined) return [];
  return [{ type: 'organization.seat_released', subject: organizationId, data: { reservationId, validUntil } }];
};

/** What somebody's leaving brings with it, and their leaving. */
export const memberRemoval = (
  state: AccessState,
  organizationId: string,
  userId: UserId,
  membership: Membership,
): readonly AccessFact[] => [
  ...[...state.edges.of(userSubject(userId), 'team:')].flatMap(([{ object }]) => {
    const teamId = object.slice('team:'.length);
    return state.teams.get(teamId)?.organizationId === organizationId ? teamMemberRemoval(state, teamId, userId) : [];
  }),
  ...unassignmentsFrom(state, userSubject(userId), organizationId),
  ...revocationsFrom(state, userSubject(userId), organizationId),
  ...departures(state, userId, organizationId),
  removed(organizationId, userId, membership),
];

/** The organization, if the actor governs it. */
const governed = (state: AccessState, id: string, { actor, now }: Moment): Organization | Refusal => {
  const organization = state.organizations.get(id);
  if (!organization || !seesOrganization(state, actor, id, now)) return refuse('not_found');
  return governs(state, actor, id, now) ? organization : refuse('forbidden');
};

const released = (
  { reservations }: Organization,
  subject: string,
  reservationId: string,
  now: number,
): readonly AccessFact[] | Refusal => {
  const validUntil = reservations.get(reservationId);
  if (validUntil === undefined || !isCurrent({ validUntil }, now)) return refuse('reservation_ended');
  return [{ type: 'organization.seat_released', subject, data: { reservationId, validUntil } }];
};

const removed = (subject: string, userId: UserId, { admin, edge }: Membership): AccessFact => ({
  type: 'organization.member_removed',
  subject,
  data: { userId, before: { admin, validUntil: edge.validUntil }, after: null },
});

const membersOf = (state: AccessState, organizationId: string): readonly (readonly [UserId, Membership])[] =>
  (['admin', 'member'] as const).flatMap((relation) =>
    [...state.edges.subjectsOf(`organization:${organizationId}`, relation)].flatMap(([subject, edge]) => {
      const userId = userOf(subject);
      return userId === undefined ? [] : [[userId, { admin: relation === 'admin', edge }] as const];
    }),
  );
