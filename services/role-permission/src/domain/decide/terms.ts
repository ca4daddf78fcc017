import { type Refusal, refuse } from '@rollcall/types/problems';
import { seesOrganization } from '../authority.ts';
import type { Edge } from '../edges.ts';
import { seesGroup } from '../group-queries.ts';
import type { AccessState } from '../state.ts';

export interface Terms {
  readonly validUntil: string | null;
}

/** Why something cannot be given until then, if so. Written so that what cannot be read as a time is refused as well. */
export const pastEnd = (validUntil: string | null, now: number): Refusal | undefined =>
  validUntil === null || Date.parse(validUntil) > now
    ? undefined
    : refuse('invalid_input', { errors: [{ pointer: '/validUntil', detail: 'must lie in the future' }] });

/** An id that was chosen for something new must never have been anything else's. */
export const takenId = (state: AccessState, id: string): Refusal | undefined =>
  state.subjectSequences.has(id) ? refuse('id_taken') : undefined;

/** What may be wrong with a member of a command that names something. */
export const namesNothing = (pointer: string, what: string): Refusal =>
  refuse('invalid_input', { errors: [{ pointer, detail: `names no ${what}` }] });

export const termsOf = (edge: Edge | undefined): Terms | null =>
  edge === undefined ? null : { validUntil: edge.validUntil };

export const sameInstant = (one: string | null, other: string | null): boolean =>
  one === other || (one !== null && other !== null && Date.parse(one) === Date.parse(other));

/** Is a team or group that somebody names for an organization one they may not know of? It is then answered as one that is not there. */
export const isHidden = (
  state: AccessState,
  { teamId, groupId }: { readonly teamId?: string | undefined; readonly groupId?: string | undefined },
  { actor, now }: { readonly actor: string; readonly now: number },
): boolean => {
  if (groupId !== undefined) return !seesGroup(state, actor, groupId, now);
  return teamId !== undefined && !seesOrganization(state, actor, state.teams.get(teamId)?.organizationId ?? '', now);
};
