import { type Refusal, refuse } from '@rollcall/types/problems';
import { Tinypool } from 'tinypool';

/** How hard a password is to guess. */
export interface Strength {
  /** It is among those that leaked most often, whatever its case. */
  readonly isCommon: boolean;
  /** How many guesses would find it, as zxcvbn has it: 0 for fewer than a thousand, 4 for more than ten thousand million. */
  readonly score: 0 | 1 | 2 | 3 | 4;
}

/** Passwords that may wait for their turn; at some 15 ms each this is about a second. */
const queueLimit = 64;

/** The lists take some 18 MB: they are let go when nobody has set a password for so long. */
const idleMilliseconds = 10 * 60_000;

/** Estimates passwords, one after the other, in a thread of its own: each takes up to 60 ms, which nothing else should wait. */
export class StrengthEstimator {
  readonly #pool = new Tinypool({
    filename: new URL('threads/estimate.mjs', import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: idleMilliseconds,
    // Nothing of ours is secret to it, but it needs none of it.
    env: {},
  });

  /** @param words that an attacker would try first; `overloaded` when too many wait */
  async estimate(password: string, words: readonly string[]): Promise<Strength | Refusal> {
    if (this.#pool.queueSize >= queueLimit) return refuse('overloaded', { retryAfterSeconds: 2 });
    return this.#pool.run({ password, words });
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}
