import type { AccessState } from './state.ts';

/** Seats in use: one a member, and one for everybody who is invited. Those whose time is over free theirs as they end. */
export const seatsTaken = ({ edges, organizations }: AccessState, organizationId: string): number => {
  const object = `organization:${organizationId}`;
  const invited = organizations.get(organizationId)?.reservations.size ?? 0;
  return edges.countOf(object, 'admin') + edges.countOf(object, 'member') + invited;
};
