import type { UserId } from '@rollcall/types/ids';
import { isCurrent } from './edges.ts';
import { isSuspended } from './holdings.ts';
import type { AccessState, Team } from './state.ts';
import { userOf, userSubject } from './tuples.ts';

export interface TeamMember {
  readonly userId: UserId;
  readonly validUntil: string | null;
}

/** Who is in a team now, by id, from the first after the given one on. */
export function* teamMembersOf(
  state: AccessState,
  teamId: string,
  now: number,
  after?: string,
): Generator<TeamMember, void, undefined> {
  const from = after === undefined ? undefined : userSubject(after);
  for (const [subject, edge] of state.edges.subjectsOf(`team:${teamId}`, 'member', from)) {
    const userId = userOf(subject);
    if (userId !== undefined && isCurrent(edge, now)) yield { userId, validUntil: edge.validUntil };
  }
}

/** The teams of an organization, or else those that somebody is in, by id, from the first after the given one on. */
export function* teamsFor(
  state: AccessState,
  userId: string,
  now: number,
  organizationId: string | undefined,
  after?: string,
): Generator<Team & { readonly id: string }, void, undefined> {
  const from = after === undefined ? undefined : `team:${after}#~`;
  const subject = organizationId === undefined ? userSubject(userId) : `organization:${organizationId}`;
  if (organizationId === undefined && isSuspended(state, userId)) return;
  for (const [{ object }, edge] of state.edges.of(subject, 'team:', from)) {
    const id = object.slice('team:'.length);
    const team = state.teams.get(id);
    if (team && isCurrent(edge, now)) yield { id, ...team };
  }
}
