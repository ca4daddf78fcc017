import type { Recorded } from './log.ts';

/** The newest entries of a log, for decisions about what has just happened. Bounded: the oldest are forgotten. */
export class RecentEntries<Event> {
  readonly #capacity: number;
  #entries: Recorded<Event>[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Positions must follow on from one another. */
  remember(entry: Recorded<Event>): void {
    this.#entries.push(entry);
    // Twice as many are let in before half of them go: an entry is moved once, not each time that one comes.
    if (this.#entries.length >= 2 * this.#capacity) this.#entries = this.#entries.slice(-this.#capacity);
  }

  /** Everything after a position, in order; undefined when some of it is forgotten. */
  after(position: number): readonly Recorded<Event>[] | undefined {
    const oldest = this.#entries[0]?.position;
    if (oldest === undefined) return undefined;
    return position < oldest - 1 ? undefined : this.#entries.slice(position - oldest + 1);
  }
}
