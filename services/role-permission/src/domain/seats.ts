import type { AccessState } from './state.ts';

/** Seats in use: one a member, and one for everybody who is invited. Those whose time is over free theirs as they end. */
export const seatsTaken = (state: AccessState, organizationId: string): number => {
  const object = `organization:${organizationId}`;
  let taken = 0;
  for (const relation of ['admin', 'member']) for (const _ of state.edges.subjectsOf(object, relation)) taken++;
  for (const _ of state.organizations.get(organizationId)?.reservations.entries() ?? []) taken++;
  return taken;
};
