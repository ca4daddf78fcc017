import type { GraphChange } from '@rollcall/authorization/guarded-graph';
import type { RecordedAccessEvent } from './domain/events.ts';

/** What came into the log together. */
interface Batch {
  readonly entries: readonly RecordedAccessEvent[];
  /** What became of all that the entries touched: whoever has some of them already may take it as well. */
  readonly changes: readonly GraphChange[];
}

/** A position of the log, and which event stands there. */
export interface Place {
  readonly revision: number;
  readonly place: string;
}

/** A command that was lost may be done again and have the same event, behind others than before: its time tells them apart. */
export const placeOf = ({ id, at }: { readonly id: string | null; readonly at: number }): string => `${id ?? ''}@${at}`;

const beginning = placeOf({ id: null, at: 0 });

/** The newest changes, for those who keep a graph of their own: whoever is further behind loads it as a whole. */
export class RecentChanges {
  readonly #limit: number;
  #batches: Batch[] = [];
  #count = 0;

  /** @param limit so many entries are kept at least, once there were so many */
  constructor(limit = 10_000) {
    this.#limit = limit;
  }

  loaded(): void {
    this.#batches = [];
    this.#count = 0;
  }

  recorded(entries: readonly RecordedAccessEvent[], changes: readonly GraphChange[]): void {
    this.#batches.push({ entries, changes });
    this.#count += entries.length;
    for (
      let [oldest] = this.#batches;
      oldest && this.#count - oldest.entries.length >= this.#limit;
      [oldest] = this.#batches
    ) {
      this.#batches.shift();
      this.#count -= oldest.entries.length;
    }
  }

  /**
   * What came after a place, about so many entries; undefined when that is not known, or when another event stands
   * there. Other replicas may have got the same entries in other batches.
   *
   * @param head the newest place there is
   */
  after({ revision, place }: Place, head: Place, limit: number): Batch | undefined {
    if (revision === head.revision) return place === head.place ? { entries: [], changes: [] } : undefined;
    const first = this.#batches.findIndex(({ entries }) => (entries.at(-1)?.position ?? 0) > revision);
    if (first < 0 || this.#placeAt(revision, first) !== place) return undefined;
    const entries: RecordedAccessEvent[] = [];
    const changes: GraphChange[] = [];
    for (const batch of this.#batches.slice(first)) {
      if (entries.length > 0 && entries.length + batch.entries.length > limit) break;
      for (const entry of batch.entries) if (entry.position > revision) entries.push(entry);
      changes.push(...batch.changes);
    }
    return entries[0]?.position === revision + 1 ? { entries, changes } : undefined;
  }

  /** @param index of the batch that the next entry should be in */
  #placeAt(revision: number, index: number): string | undefined {
    if (revision === 0) return beginning;
    const near = [...(this.#batches[index - 1]?.entries.slice(-1) ?? []), ...(this.#batches[index]?.entries ?? [])];
    const entry = near.find(({ position }) => position === revision);
    return entry && placeOf(entry);
  }
}
