import type { Appended, Head, Log, Proposed, Recorded } from '../log.ts';
import type { InMemoryLog } from './in-memory-log.ts';

/**
 * - `rival`: somebody else appends first.
 * - `cut after`, `cut before`: the answer is lost; the batch was, or was not, kept.
 * - `zombie`: the answer is lost and the batch arrives later, if it still can.
 * - `silence`: the same, but the connection just hangs.
 * - `busy`: somebody else is writing.
 */
export type Fault = 'none' | 'rival' | 'cut after' | 'cut before' | 'zombie' | 'silence' | 'busy';
export const faults: readonly Fault[] = ['none', 'rival', 'cut after', 'cut before', 'zombie', 'silence', 'busy'];

/** What goes wrong when a zombie arrives: after so many further calls. */
interface Zombie<Event> {
  callsLeft: number;
  readonly head: Head;
  readonly batch: readonly Proposed<Event>[];
}

/** A log whose appends and reads fail by plan, and work once the plan is over. */
export class FaultyLog<Event> implements Log<Event> {
  readonly #inner: InMemoryLog<Event>;
  readonly #rival: () => Proposed<Event>;
  #appends: Fault[];
  #reads: boolean[];
  #zombies: Zombie<Event>[] = [];

  constructor(
    inner: InMemoryLog<Event>,
    plan: { readonly appends?: readonly Fault[]; readonly failingReads?: readonly boolean[] },
    rival: () => Proposed<Event>,
  ) {
    this.#inner = inner;
    this.#appends = [...(plan.appends ?? [])];
    this.#reads = [...(plan.failingReads ?? [])];
    this.#rival = rival;
  }

  async append(head: Head, batch: readonly Proposed<Event>[]): Promise<Appended> {
    const fault = this.#appends.shift() ?? 'none';
    this.#raise();
    switch (fault) {
      case 'none':
        return this.#inner.appendNow(head, batch);
      case 'rival':
        this.#rivalAppends();
        return this.#inner.appendNow(head, batch);
      case 'busy':
        return { status: 'lost' };
      case 'cut after':
        this.#inner.appendNow(head, batch);
        throw new Error('connection lost');
      case 'cut before':
        throw new Error('connection lost');
      case 'zombie':
        this.#zombies.push({ callsLeft: 3, head, batch });
        throw new Error('connection lost');
      case 'silence':
        this.#zombies.push({ callsLeft: 2, head, batch });
        return new Promise<never>(() => undefined);
    }
  }

  async read(fromPosition: number, limit: number): Promise<readonly Recorded<Event>[]> {
    this.#raise();
    if (this.#reads.shift()) throw new Error('connection refused');
    return this.#inner.read(fromPosition, limit);
  }

  async known(eventIds: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#inner.known(eventIds);
  }

  /** Lets everything arrive that is still on its way. */
  raiseAll(): void {
    for (const { head, batch } of this.#zombies.splice(0)) this.#inner.appendNow(head, batch);
  }

  #raise(): void {
    for (const zombie of this.#zombies) zombie.callsLeft--;
    const due = this.#zombies.filter(({ callsLeft }) => callsLeft <= 0);
    this.#zombies = this.#zombies.filter(({ callsLeft }) => callsLeft > 0);
    for (const { head, batch } of due) this.#inner.appendNow(head, batch);
  }

  #rivalAppends(): void {
    const last = this.#inner.entries.at(-1);
    const head = last ? { position: last.position, id: last.id } : { position: 0, id: null };
    this.#inner.appendNow(head, [this.#rival()]);
  }
}
