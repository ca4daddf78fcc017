import type { GuardedGraph } from '@rollcall/authorization/guarded-graph';
import type { Tuple } from '@rollcall/authorization/tuple';
import type { Reading } from '@rollcall/event-store/command-loop';
import { revisionParts } from '@rollcall/types/access-questions';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { present } from './access.ts';
import type { AccessState } from './domain/state.ts';
import type { LiveGraph } from './live-graph.ts';
import type { AccessStream } from './store/access-stream.ts';

/** How long a question waits for a revision that this replica does not have yet. */
const patienceMilliseconds = 2_000;

/** The event that made a tuple what it is. */
export interface Origin {
  readonly position: number;
  readonly actor: string;
  readonly time: string;
}

/** Finds the events that made tuples; null for what the product itself says. */
export type Origins = (tuples: readonly Tuple[]) => Promise<(tuple: Tuple) => Origin | null>;

/** The graph at one moment, or as much of it as a question needs. */
export interface Moment {
  readonly graph: GuardedGraph;
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly origins: Origins;
}

export interface PresentMoment extends Moment {
  readonly reading: Reading<AccessState>;
}

/**
 * The present, with at least the revision that is asked for: waits a little for one that is on its way.
 *
 * @param minRevision a revision, or `<epoch>-<revision>`
 */
export const presentFrom = async (
  { access, graph }: { readonly access: AccessStream; readonly graph: LiveGraph },
  minRevision: number | string | undefined,
): Promise<PresentMoment | Refusal> => {
  if (minRevision !== undefined) {
    const [epoch, position] = revisionParts(minRevision);
    const reached = await access.reached(position, epoch, patienceMilliseconds);
    if (reached === 'unknown_epoch') return refuse('revision_unknown');
    if (reached === 'timeout') return refuse('unavailable', { retryAfterSeconds: 1 });
  }
  const reading = present(access);
  if (isRefusal(reading)) return reading;
  const { state, revision, now } = reading;
  return { reading, graph: graph.present, revision, now, origins: async () => (tuple) => originIn(state, tuple) };
};

const originIn = ({ edges }: AccessState, { object, relation, user: subject }: Tuple): Origin | null => {
  const edge = edges.get({ object, relation, subject });
  return edge ? { position: edge.position, actor: edge.grantedBy, time: new Date(edge.grantedAt).toISOString() } : null;
};
