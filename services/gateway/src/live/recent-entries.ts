import type { ToldEntry } from './told-entry.ts';

/** The newest entries of the log, for those who come back soon. */
export class RecentEntries {
  readonly #limit: number;
  #entries: ToldEntry[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Those that do not follow on what is here take its place. */
  add(entries: readonly ToldEntry[]): void {
    const [first] = entries;
    const last = this.#entries.at(-1);
    if (last && first && first.position !== last.position + 1) this.clear();
    for (const entry of entries) this.#entries.push(entry);
    if (this.#entries.length > this.#limit * 1.1) this.#entries.splice(0, this.#entries.length - this.#limit);
  }

  clear(): void {
    this.#entries = [];
  }

  /** All that came after a position; undefined if not all of it is here. */
  after(position: number): readonly ToldEntry[] | undefined {
    const [first] = this.#entries;
    if (!first || position < first.position - 1) return undefined;
    return this.#entries.slice(position - first.position + 1);
  }
}
