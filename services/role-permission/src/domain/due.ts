import { endOf } from './edges.ts';
import type { RecordedAccessEvent } from './events.ts';
import { edgesOf } from './evolve.ts';
import type { AccessState } from './state.ts';
import { textOf } from './tuples.ts';

/** What is to end, by its key, and when: milliseconds since 1970, or undefined when it lasts or has ended. */
export type Due = readonly [key: string, due: number | undefined];

const seatKey = (organizationId: string, reservationId: string): string =>
  `organization:${organizationId}/seat:${reservationId}`;

const deletedPrefix = 'deleted:';

/** The thing that waits to be purged under a key, if one does. */
export const deletedIn = (key: string): string | undefined =>
  key.startsWith(deletedPrefix) ? key.slice(deletedPrefix.length) : undefined;

const finite = (end: number): number | undefined => (Number.isFinite(end) ? end : undefined);

/** Everything in a state that is to end. */
export function* allDue(state: AccessState, graceMilliseconds: number): Generator<readonly [string, number]> {
  // What cannot be read as a time has passed.
  for (const [key, edge] of state.edges.ending()) yield [key, finite(endOf(edge)) ?? 0];
  for (const [id, { reservations }] of state.organizations.entries()) {
    for (const [reservationId, validUntil] of reservations.entries()) {
      yield [seatKey(id, reservationId), finite(endOf({ validUntil })) ?? 0];
    }
  }
  for (const [id, { deletedAt }] of state.deleted.entries()) yield [deletedPrefix + id, deletedAt + graceMilliseconds];
}

/** What an event says about what is to end. */
export const dueBy = ({ event, at }: RecordedAccessEvent, graceMilliseconds: number): readonly Due[] => {
  const edges = edgesOf(event).map(
    (edge): Due => [textOf(edge), edge.terms === null ? undefined : finite(endOf(edge.terms))],
  );
  switch (event.type) {
    case 'organization.seat_reserved':
      return [[seatKey(event.subject, event.data.reservationId), finite(endOf(event.data))]];
    case 'organization.seat_released':
      return [[seatKey(event.subject, event.data.reservationId), undefined]];
    case 'organization.deleted':
    case 'team.deleted':
    case 'project.deleted':
      return [...edges, [deletedPrefix + event.subject, at + graceMilliseconds]];
    case 'organization.created':
    case 'team.created':
    case 'project.created':
    case 'organization.purged':
    case 'team.purged':
    case 'project.purged':
      return [...edges, [deletedPrefix + event.subject, undefined]];
    default:
      return edges;
  }
};
