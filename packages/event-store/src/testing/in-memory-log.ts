import { type Appended, type Intended, type Log, type Page, type Recorded, recordedAfter } from '../log.ts';

/** A {@link Log} for specs: the same promises without a database. */
export class InMemoryLog<Event> implements Log<Event> {
  readonly #entries: Recorded<Event>[] = [];
  readonly #ids = new Set<string>();
  readonly #now: () => number;
  #epoch = 1;
  #later = 0;

  /** @param now the log's clock, in milliseconds since 1970; it may run back */
  constructor(now: () => number) {
    this.#now = now;
  }

  get entries(): readonly Recorded<Event>[] {
    return this.#entries;
  }

  get epoch(): number {
    return this.#epoch;
  }

  async append(intended: Intended<Event>): Promise<Appended> {
    return this.appendNow(intended);
  }

  async appendAlone(
    fromPosition: number,
    limit: number,
    decide: (page: Page<Event>) => Intended<Event> | undefined,
  ): Promise<Appended | undefined> {
    const intended = decide(this.pageFrom(fromPosition, limit));
    return intended && this.appendNow(intended);
  }

  appendNow({ epoch, head, headAt, proposed }: Intended<Event>): Appended {
    const predecessor = this.#entries[head.position - 1];
    if (epoch !== this.#epoch) return { status: 'lost' };
    if (head.position > 0 && (predecessor?.id !== head.id || predecessor?.at !== headAt)) return { status: 'lost' };
    const ids = new Set(proposed.map(({ id }) => id));
    if (this.#entries.length > head.position || ids.size < proposed.length) return { status: 'conflict' };
    if (proposed.some(({ id }) => this.#ids.has(id))) return { status: 'conflict' };
    const at = Math.max(this.#now() + this.#later, predecessor?.at ?? 0);
    this.#entries.push(...recordedAfter(head, proposed, at));
    for (const id of ids) this.#ids.add(id);
    return { status: 'appended', at };
  }

  async read(fromPosition: number, limit: number): Promise<Page<Event>> {
    return this.pageFrom(fromPosition, limit);
  }

  pageFrom(fromPosition: number, limit: number): Page<Event> {
    return { epoch: this.#epoch, entries: this.#entries.slice(fromPosition - 1, fromPosition - 1 + limit) };
  }

  async known(eventIds: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(eventIds.filter((id) => this.#ids.has(id)));
  }

  async raiseEpoch(above: number): Promise<number> {
    if (this.#epoch <= above) this.#epoch = above + 1;
    return this.#epoch;
  }

  /** Forgets everything behind a position, as a failover to a lagging standby does; maybe also that the epoch rose. */
  loseTail(lastPosition: number, epoch = this.#epoch): void {
    for (const { id } of this.#entries.splice(lastPosition)) this.#ids.delete(id);
    this.#epoch = epoch;
    // Whatever takes over does so later than what it lost.
    this.#later++;
  }
}
