import { refuse } from '@rollcall/types/problems';
import { endOf } from '../edges.ts';
import type { AccessFact } from '../events.ts';
import { edgesOf } from '../evolve.ts';
import { membershipOf } from '../holdings.ts';
import type { AccessState } from '../state.ts';
import { type Tuple, textOf, tupleOf, userOf } from '../tuples.ts';
import type { Facts } from './deciding.ts';
import { groupMemberRemoval } from './groups.ts';
import { memberRemoval } from './organizations.ts';
import { revocation } from './permissions.ts';
import { projectMemberRemoval } from './projects.ts';
import { unassignment } from './roles.ts';
import { teamMemberRemoval } from './teams.ts';

/** Ends what is due: a tuple or a seat, by its key. Nothing happens to what was ended or prolonged before. */
export const expire = (state: AccessState, key: string, now: number): Facts => {
  const seat = /^organization:([^/]+)\/seat:(.+)$/.exec(key);
  if (seat) return expireSeat(state, seat[1] ?? '', seat[2] ?? '', now);
  const tuple = tupleOf(key);
  const edge = tuple && state.edges.get(tuple);
  if (!edge || now < endOf(edge)) return [];
  const text = textOf(tuple);
  return removalOf(state, tuple).map((fact) =>
    edgesOf(fact).some((edge) => textOf(edge) === text) ? expired(fact) : fact,
  );
};

/** What was deleted, and waited long enough, is gone for good. */
export const purge = (state: AccessState, itemId: string): Facts => {
  const item = state.deleted.get(itemId);
  if (!item) return refuse('not_found');
  switch (item.kind) {
    case 'organization':
      return [{ type: 'organization.purged', subject: itemId, data: {} }];
    case 'team':
      return [{ type: 'team.purged', subject: itemId, data: { organizationId: item.organizationId } }];
    case 'project':
      return [{ type: 'project.purged', subject: itemId, data: { owner: item.owner } }];
    default:
      return item satisfies never;
  }
};

const expireSeat = (state: AccessState, organizationId: string, reservationId: string, now: number): Facts => {
  const validUntil = state.organizations.get(organizationId)?.reservations.get(reservationId);
  if (validUntil === undefined || now < endOf({ validUntil })) return [];
  const data = { reservationId, validUntil, expired: true as const };
  return [{ type: 'organization.seat_released', subject: organizationId, data }];
};

/** The end of a tuple, with what that brings with it. */
const removalOf = (state: AccessState, tuple: Tuple): readonly AccessFact[] => {
  const edge = state.edges.get(tuple);
  if (!edge) return [];
  const colon = tuple.object.indexOf(':');
  const [type, id] = [tuple.object.slice(0, colon), tuple.object.slice(colon + 1)];
  const userId = userOf(tuple.subject);
  switch (type) {
    case 'permission':
      return [revocation(tuple.object, tuple.subject, edge)];
    case 'role':
      return [unassignment(tuple.object, tuple.subject, edge.validUntil)];
    case 'project':
      return projectMemberRemoval(state, id, tuple.subject);
    case 'group':
      return groupMemberRemoval(tuple.object, tuple.subject, edge);
    case 'team':
      return userId === undefined ? [] : teamMemberRemoval(state, id, userId);
    case 'organization': {
      const membership = userId === undefined ? undefined : membershipOf(state, id, userId);
      return userId === undefined || !membership ? [] : memberRemoval(state, id, userId, membership);
    }
    default:
      return [];
  }
};

const expired = (fact: AccessFact): AccessFact => {
  switch (fact.type) {
    case 'permission.revoked':
      return { ...fact, data: { ...fact.data, expired: true } };
    case 'role.unassigned':
      return { ...fact, data: { ...fact.data, expired: true } };
    case 'group.member_removed':
      return { ...fact, data: { ...fact.data, expired: true } };
    case 'team.member_removed':
      return { ...fact, data: { ...fact.data, expired: true } };
    case 'project.member_removed':
      return { ...fact, data: { ...fact.data, expired: true } };
    case 'organization.member_removed':
      return { ...fact, data: { ...fact.data, expired: true } };
    default:
      return fact;
  }
};
