import type { Logger } from '@rollcall/service-kit/logging';
import type { ServiceName } from '@rollcall/types/services';

/** Asks a source to publish a subject's events again, from one on. */
export type RequestRepublication = (source: ServiceName, subject: string, fromSequence: number) => Promise<void>;

/** How long an answer may take to come down the road before the question is put again. */
const patienceMilliseconds = 5_000;

/**
 * Asks for events that did not arrive: once for a subject in a while, however many of its events wait behind the gap,
 * and in the background, so that the others do not wait as well.
 */
export class GapRepair {
  readonly #source: ServiceName;
  readonly #request: RequestRepublication;
  readonly #log: Logger;
  readonly #asked = new Map<string, number>();

  constructor(source: ServiceName, request: RequestRepublication, log: Logger) {
    this.#source = source;
    this.#request = request;
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
    this.#request(this.#source, subject, fromSequence).then(
      () => this.#log.warn({ source: this.#source, subject, fromSequence }, 'asked for an event that did not arrive'),
      (error: unknown) =>
        this.#log.warn({ err: error, source: this.#source }, 'a missing event could not be asked for'),
    );
  }
}
