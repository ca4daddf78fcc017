import type { Refused } from './decider.ts';
import type { Log, Page, Recorded } from './log.ts';
import type { LoopLimits, LoopOptions } from './loop-options.ts';
import type { Poke } from './peers.ts';
import { PositionWaiters, type Reached, type Standing } from './reached.ts';
import { Diverged, type Fold, Replica } from './replica.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * - `unreachable`: the log does not answer; commands wait, and are given up when their callers lose patience.
 * - `diverged`: the log lost what this replica took from it, which loads anew, in a new epoch.
 */
export type Health = 'loading' | 'serving' | 'unreachable' | 'diverged' | 'stopped';

/** The live state at one revision, and the time to judge it by: never before its newest event. */
export interface Reading<State> {
  readonly state: State;
  readonly revision: number;
  readonly epoch: number;
  readonly now: number;
  /** Milliseconds since it was known that the log had no more. */
  readonly age: number;
  /** The newest event, and when it was appended: a position alone does not tell one history from another. */
  readonly newest: { readonly id: string | null; readonly at: number };
}

type Told<State, Event> = Pick<
  LoopOptions<State, never, Event, Refused>,
  'timing' | 'snapshots' | 'loaded' | 'recorded' | 'report'
>;

export interface LiveStateOptions<State, Event> extends Told<State, Event> {
  readonly decider: Fold<State, Event>;
  readonly log: Log<Event>;
  readonly limits: LoopLimits;
  /** Told of every entry before anyone else is, those that are loaded included. */
  readonly seen: (entries: readonly Recorded<Event>[]) => void;
  /** The log is in a new epoch, and what was seen before may be in it no longer. */
  readonly restarted: () => void;
}

/**
 * A replica that is kept up with its log: loaded from a snapshot and the tail behind it, told what is new, and loaded
 * anew under a higher epoch when the log has lost what it had.
 */
export class LiveState<State, Event> {
  readonly #options: LiveStateOptions<State, Event>;
  readonly #waiters: PositionWaiters;
  #replica: Replica<State, Event>;
  #health: Health = 'loading';
  #contactAt = 0;
  #failures = 0;
  /** The newest history that anything was known of. */
  #epoch = 0;
  #isBehind = false;
  #keptAt = 0;
  #isKeeping = false;
  readonly #attempted = new Set<() => void>();

  constructor(options: LiveStateOptions<State, Event>) {
    this.#options = options;
    this.#replica = new Replica(options.decider, options.limits);
    this.#waiters = new PositionWaiters(options.timing);
  }

  get health(): Health {
    return this.#health;
  }

  get replica(): Replica<State, Event> {
    return this.#replica;
  }

  /** Since when, on the clock that only runs forward, nothing is known of what others appended. */
  get contactAt(): number {
    return this.#contactAt;
  }

  /** Attempts in a row to read the log that failed. */
  get failures(): number {
    return this.#failures;
  }

  /** The log is known to have something that is not here. */
  get isBehind(): boolean {
    return this.#isBehind || this.#health === 'diverged';
  }

  /** The present, or undefined when it is not known: before the start, and without contact for `freshMs`. */
  get reading(): Reading<State> | undefined {
    const { timing, limits } = this.#options;
    const age = timing.elapsed() - this.#contactAt;
    if (!this.#standing || age > limits.freshMs) return undefined;
    const { state, head, at, epoch } = this.#replica;
    const newest = { id: head.id, at };
    return { state, revision: head.position, epoch, now: Math.max(timing.now(), at), age, newest };
  }

  /** Waits until this replica has a position of a history, or of the present one. */
  reached(position: number, epoch: number | undefined, milliseconds: number): Promise<Reached> {
    const { head } = this.#replica;
    // Whoever knows of more than is here has news.
    if (position > head.position || (epoch ?? 0) > this.#replica.epoch) this.#isBehind = true;
    return this.#waiters.wait(position, epoch, milliseconds, () => this.#standing);
  }

  /** Resolves after the next attempt to be in contact with the log, whatever comes of it. */
  attempted(): Promise<void> {
    return new Promise((resolve) => this.#attempted.add(resolve));
  }

  /** Loads the log. Rejects when it cannot be read. */
  async start(): Promise<void> {
    this.contact(await this.#load());
  }

  /** True when the state has all that the log had when asked. */
  async catchUp(): Promise<boolean> {
    const { timing, log, limits, report } = this.#options;
    const began = timing.elapsed();
    this.#isBehind = false;
    try {
      if (this.#health === 'diverged') {
        this.contact(await this.#recover());
      } else {
        await this.#replica.catchUp(log, limits.pageSize, (entries) => this.#tell(entries));
        this.contact(began);
      }
      return true;
    } catch (error) {
      const isLoss = error instanceof Diverged;
      if (this.#failures === 0 || isLoss) report(error, 'catching up with the log');
      this.#failures++;
      if (this.#health !== 'diverged') this.#health = isLoss ? 'diverged' : 'unreachable';
      this.#epoch = Math.max(this.#epoch, this.#replica.epoch);
      return false;
    } finally {
      for (const resolve of this.#attempted) resolve();
      this.#attempted.clear();
    }
  }

  /** The state was known to be all that the log has, at a moment of the clock that only runs forward. */
  contact(at: number): void {
    this.#contactAt = Math.max(this.#contactAt, at);
    this.#failures = 0;
    this.#health = 'serving';
    this.#epoch = Math.max(this.#epoch, this.#replica.epoch);
    this.#moved();
  }

  /** Takes what this process has just appended. */
  appended(entries: readonly Recorded<Event>[]): void {
    this.#replica.evolve(entries);
    this.#tell(entries);
    this.#moved();
  }

  /** Takes a page that was read from {@link Replica.readFrom} on. Throws {@link Diverged} as a replica does. */
  takePage(page: Page<Event>): void {
    const news = this.#replica.take(page);
    if (news.length > 0) this.#tell(news);
    this.#moved();
  }

  /** What follows on is taken at once; what does not shows that the log has to be read; what is old changes nothing. */
  takePoke({ epoch, position, after, entries }: Poke<Event>): void {
    const { head, at, epoch: known } = this.#replica;
    if (this.#health === 'diverged' || epoch < known || (epoch === known && position <= head.position)) return;
    const own = [after, ...entries].find((entry) => entry.position === head.position);
    const news = entries.filter((entry) => entry.position > head.position);
    if (epoch > known || own?.id !== head.id || own.at !== at || news.length === 0) {
      this.#isBehind = true;
      return;
    }
    this.#replica.evolve(news);
    this.#tell(news);
    this.#moved();
  }

  stop(): void {
    this.#health = 'stopped';
  }

  get #standing(): Standing | undefined {
    if (this.#health !== 'serving' && this.#health !== 'unreachable') return undefined;
    return { position: this.#replica.head.position, epoch: this.#replica.epoch };
  }

  /**
   * First of all the log is in a new epoch: replicas that have less, and so miss nothing, append under the old one no
   * more, and clients that hold a position of it are told.
   */
  async #recover(): Promise<number> {
    const { log, report, restarted } = this.#options;
    this.#epoch = Math.max(this.#epoch, await log.raiseEpoch(this.#epoch));
    report(new Diverged(`the log is in epoch ${this.#epoch} now`), 'loading it anew');
    restarted();
    return this.#load();
  }

  /** Returns since when what is loaded may be old. */
  async #load(): Promise<number> {
    const { log, report, loaded } = this.#options;
    const snapshot = await this.#newestSnapshot();
    const contactAt = await this.#fill(snapshot).catch(async (error: unknown) => {
      if (!snapshot || !(error instanceof Diverged)) throw error;
      report(error, 'a snapshot of what the log has not: it is not used');
      // It was made of this log once. If nobody has noticed the loss, those who append now must not go on as before.
      await log.raiseEpoch(snapshot.epoch);
      return this.#fill(undefined);
    });
    this.#inform(() => loaded?.(this.#replica.state));
    // The next start need not read all that again.
    this.#keep();
    return contactAt;
  }

  async #newestSnapshot(): Promise<Snapshot<State> | undefined> {
    const { snapshots, report } = this.#options;
    try {
      return await snapshots?.newest();
    } catch (error) {
      report(error, 'a snapshot that cannot be read: it is not used');
      return undefined;
    }
  }

  async #fill(snapshot: Snapshot<State> | undefined): Promise<number> {
    const { decider, log, limits, seen, timing } = this.#options;
    const replica = new Replica(decider, limits, snapshot);
    let began: number;
    do {
      // A long log is old news by the time it is loaded: what came meanwhile is taken too.
      began = timing.elapsed();
      await replica.catchUp(log, limits.pageSize, seen).finally(() => {
        this.#epoch = Math.max(this.#epoch, replica.epoch);
      });
    } while (timing.elapsed() - began > limits.freshMs);
    // What was appended here would pass for what an epoch that is over had at the same place.
    if (replica.epoch < this.#epoch) throw new Diverged(`epoch ${replica.epoch} after ${this.#epoch}`);
    this.#replica = replica;
    this.#keptAt = snapshot?.head.position ?? 0;
    return began;
  }

  #tell(entries: readonly Recorded<Event>[]): void {
    const { seen, recorded } = this.#options;
    // Told at once: a long page could push one's own commands out of what is remembered.
    seen(entries);
    this.#inform(() => recorded?.(entries, this.#replica.state));
    this.#keep();
  }

  /** What the owner does with the news must not keep this from going on. */
  #inform(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#options.report(error, 'telling of recorded events');
    }
  }

  #moved(): void {
    const standing = this.#standing;
    if (standing) this.#waiters.moved(standing);
  }

  #keep(): void {
    const { snapshots, limits, report } = this.#options;
    const { position } = this.#replica.head;
    if (!snapshots || this.#isKeeping || position - this.#keptAt < limits.snapshotEvery) return;
    this.#keptAt = position;
    this.#isKeeping = true;
    void snapshots
      .keep(this.#replica.snapshot())
      .catch((error: unknown) => report(error, 'keeping a snapshot'))
      .finally(() => {
        this.#isKeeping = false;
      });
  }
}
