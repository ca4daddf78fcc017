import { type Refusal, refuse } from '@rollcall/types/problems';
import PQueue from 'p-queue';

/** Attempts for one key that run at the same time; well below the misses allowed, so that right ones get through. */
const atOnce = 4;
const waitingAtMost = 60;

/**
 * Lets only a few attempts of one key run at once. The rest wait and find the counters as the ones before left them:
 * a person whose programs sign in fifty times in one moment is not taken for somebody who guesses, and one identifier
 * cannot fill the queue for hashing.
 */
export class AttemptLanes {
  readonly #lanes = new Map<string, { readonly queue: PQueue; inside: number }>();

  /** How many keys have attempts under way. */
  get size(): number {
    return this.#lanes.size;
  }

  async run<T>(key: string, work: () => Promise<T | Refusal>): Promise<T | Refusal> {
    const lane = this.#lanes.get(key) ?? { queue: new PQueue({ concurrency: atOnce }), inside: 0 };
    if (lane.inside >= atOnce + waitingAtMost) return refuse('overloaded', { retryAfterSeconds: 2 });
    this.#lanes.set(key, lane);
    lane.inside++;
    try {
      return await lane.queue.add(work);
    } finally {
      lane.inside--;
      if (lane.inside === 0) this.#lanes.delete(key);
    }
  }
}
