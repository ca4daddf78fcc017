import type { Logger } from '@rollcall/service-kit/logging';
import type { StatefulService } from '@rollcall/types/services';

/**
 * Asks a source to publish a subject's events again, from one on; answers the first that it still has, or undefined when it
 * knows of none.
 */
export type RequestRepublication = (
  source: StatefulService,
  subject: string,
  fromSequence: number,
) => Promise<number | undefined>;

/** What to do about events that nobody has any more. */
export type PassOver = (subject: string, firstKept: number) => Promise<void>;

/** How long an answer may take to come down the road before the question is put again. */
const patienceMilliseconds = 5_000;

/**
 * Asks for events that did not arrive: once for a subject in a while, however many of its events wait behind the gap,
 * and in the background, so that the others do not wait as well.
 */
export class GapRepair {
  readonly #source: StatefulService;
  readonly #request: RequestRepublication;
  readonly #passOver: PassOver;
  readonly #log: Logger;
  readonly #asked = new Map<string, number>();

  constructor(source: StatefulService, request: RequestRepublication, passOver: PassOver, log: Logger) {
    this.#source = source;
    this.#request = request;
    this.#passOver = passOver;
    this.#log = log;
  }

  ask(subject: string, fromSequence: number): void {
    const now = Date.now();
    for (const [other, at] of this.#asked) {
      // In the order in which they were asked for.
      if (now - at < patienceMilliseconds) break;
      this.#asked.delete(other);
    }
    if (this.#asked.has(subject)) return;
    this.#asked.set(subject, now);
    this.#repair(subject, fromSequence).catch((error: unknown) =>
      this.#log.warn({ err: error, source: this.#source }, 'a missing event could not be asked for'),
    );
  }

  async #repair(subject: string, fromSequence: number): Promise<void> {
    const firstKept = await this.#request(this.#source, subject, fromSequence);
    this.#log.warn({ source: this.#source, subject, fromSequence }, 'asked for an event that did not arrive');
    if (firstKept !== undefined && firstKept > fromSequence) await this.#passOver(subject, firstKept);
  }
}
