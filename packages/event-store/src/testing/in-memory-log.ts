import { type Appended, type Head, type Log, type Proposed, type Recorded, recordedAfter } from '../log.ts';

/** A {@link Log} for specs: the same promises without a database. */
export class InMemoryLog<Event> implements Log<Event> {
  readonly #entries: Recorded<Event>[] = [];
  readonly #ids = new Set<string>();
  readonly #now: () => number;

  /** @param now the log's clock, in milliseconds since 1970; it may run back */
  constructor(now: () => number) {
    this.#now = now;
  }

  get entries(): readonly Recorded<Event>[] {
    return this.#entries;
  }

  async append(head: Head, batch: readonly Proposed<Event>[]): Promise<Appended> {
    return this.appendNow(head, batch);
  }

  appendNow(head: Head, batch: readonly Proposed<Event>[]): Appended {
    const predecessor = this.#entries[head.position - 1];
    if (head.position > 0 && predecessor?.id !== head.id) return { status: 'lost' };
    const ids = new Set(batch.map(({ id }) => id));
    if (this.#entries.length > head.position || ids.size < batch.length) return { status: 'conflict' };
    if (batch.some(({ id }) => this.#ids.has(id))) return { status: 'conflict' };
    const at = Math.max(this.#now(), predecessor?.at ?? 0);
    this.#entries.push(...recordedAfter(head, batch, at));
    for (const id of ids) this.#ids.add(id);
    return { status: 'appended', at };
  }

  async read(fromPosition: number, limit: number): Promise<readonly Recorded<Event>[]> {
    return this.#entries.slice(fromPosition - 1, fromPosition - 1 + limit);
  }

  async known(eventIds: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(eventIds.filter((id) => this.#ids.has(id)));
  }

  /** Forgets everything behind a position, as a failover to a lagging standby does. */
  loseTail(lastPosition: number): void {
    for (const { id } of this.#entries.splice(lastPosition)) this.#ids.delete(id);
  }
}
