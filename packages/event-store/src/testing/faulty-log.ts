import { type Appended, beforeFirst, type Intended, type Log, type Page, type Proposed } from '../log.ts';
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
  readonly intended: Intended<Event>;
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

  async append(intended: Intended<Event>): Promise<Appended> {
    const fault = this.#nextFault();
    if (fault === 'busy') return { status: 'lost' };
    if (fault === 'rival') this.#rivalAppends();
    return this.#appendWith(fault, intended);
  }

  async appendAlone(
    fromPosition: number,
    limit: number,
    decide: (page: Page<Event>) => Intended<Event> | undefined,
  ): Promise<Appended | undefined> {
    const fault = this.#nextFault();
    if (fault === 'rival') this.#rivalAppends();
    const intended = decide(this.#inner.pageFrom(fromPosition, limit));
    return intended && this.#appendWith(fault, intended);
  }

  #nextFault(): Fault {
    const fault = this.#appends.shift() ?? 'none';
    this.#raise();
    return fault;
  }

  async #appendWith(fault: Fault, intended: Intended<Event>): Promise<Appended> {
    switch (fault) {
      case 'none':
      case 'rival':
      case 'busy':
        return this.#inner.appendNow(intended);
      case 'cut after':
        this.#inner.appendNow(intended);
        throw new Error('connection lost');
      case 'cut before':
        throw new Error('connection lost');
      case 'zombie':
        this.#zombies.push({ callsLeft: 3, intended });
        throw new Error('connection lost');
      case 'silence':
        this.#zombies.push({ callsLeft: 2, intended });
        return new Promise<never>(() => undefined);
    }
  }

  async read(fromPosition: number, limit: number): Promise<Page<Event>> {
    this.#raise();
    if (this.#reads.shift()) throw new Error('connection refused');
    return this.#inner.read(fromPosition, limit);
  }

  async known(eventIds: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#inner.known(eventIds);
  }

  async raiseEpoch(above: number): Promise<number> {
    this.#raise();
    if (this.#reads.shift()) throw new Error('connection refused');
    return this.#inner.raiseEpoch(above);
  }

  /** Lets everything arrive that is still on its way. */
  raiseAll(): void {
    for (const { intended } of this.#zombies.splice(0)) this.#inner.appendNow(intended);
  }

  #raise(): void {
    for (const zombie of this.#zombies) zombie.callsLeft--;
    const due = this.#zombies.filter(({ callsLeft }) => callsLeft <= 0);
    this.#zombies = this.#zombies.filter(({ callsLeft }) => callsLeft > 0);
    for (const { intended } of due) this.#inner.appendNow(intended);
  }

  #rivalAppends(): void {
    const last = this.#inner.entries.at(-1);
    const head = last ? { position: last.position, id: last.id } : beforeFirst;
    this.#inner.appendNow({ epoch: this.#inner.epoch, head, headAt: last?.at ?? 0, proposed: [this.#rival()] });
  }
}
