import { answerSome, type Batch, decideBatch, writersOf } from './batch.ts';
import type { Refused } from './decider.ts';
import { impatientLog } from './impatient-log.ts';
import { type Log, type Recorded, recordedAfter } from './log.ts';
import { defaultLimits, type LoopLimits, type LoopOptions } from './loop-options.ts';
import { Overlay } from './overlay.ts';
import { RecentCommands } from './recent-commands.ts';
import { Diverged, Replica } from './replica.ts';
import { Bell, sleep } from './timing.ts';
import { type Outcome, unavailable, WaitingCommands } from './waiting-commands.ts';

/**
 * - `unreachable`: the log does not answer; commands wait, and are given up when their callers lose patience.
 * - `diverged`: the log lost what this loop took from it. It has stopped for good; a new one must load anew.
 */
export type Health = 'loading' | 'serving' | 'unreachable' | 'diverged' | 'stopped';

/** The live state at one revision, and the time to judge it by: never before its newest event. */
export interface Reading<State> {
  readonly state: State;
  readonly revision: number;
  readonly now: number;
}

/**
 * Appends the events of commands to a log that other replicas may write too, one batch in flight.
 *
 * Promises: nothing is answered, refusals included, before everything it was decided upon is committed; a command id
 * has effect at most once, however often it is submitted and whatever the outcome of an append looked like; the live
 * state is the fold of what is committed and nothing else.
 *
 * @example
 * const loop = new CommandLoop({ decider, log, timing, eventIdOf, report });
 * await loop.start();
 * const outcome = await loop.submit({ id: commandId, by: 1 });
 * await loop.stop();
 */
export class CommandLoop<State, Command extends { readonly id: string }, Event, Refusal extends Refused> {
  readonly #options: LoopOptions<State, Command, Event, Refusal>;
  readonly #limits: LoopLimits;
  readonly #log: Log<Event>;
  readonly #recent: RecentCommands;
  readonly #replica: Replica<State, Event>;
  readonly #waiting: WaitingCommands<Command, Refusal>;
  readonly #bell = new Bell();
  #health: Health = 'loading';
  #contactAt = 0;
  #failures = 0;
  #losses = 0;
  /** So many commands still go one by one, to find the one that the log cannot take. */
  #singly = 0;
  #inDoubt: Batch<Command, Event, Refusal> | undefined;
  #stopping = false;
  #running: Promise<void> | undefined;

  constructor(options: LoopOptions<State, Command, Event, Refusal>) {
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#log = impatientLog(options.log, options.timing, this.#limits.attemptMs);
    this.#recent = new RecentCommands(this.#limits.recentCommands);
    this.#replica = new Replica(options.decider, this.#recent, this.#limits.recentEntries);
    this.#waiting = new WaitingCommands(this.#limits.waitingCapacity);
  }

  get health(): Health {
    return this.#health;
  }

  /** The present, or undefined when it is not known: before the start, and without contact for `freshMs`. */
  get reading(): Reading<State> | undefined {
    const known = this.#health === 'serving' || this.#health === 'unreachable';
    if (!known || this.#options.timing.elapsed() - this.#contactAt > this.#limits.freshMs) return undefined;
    const { state, head, at } = this.#replica;
    return { state, revision: head.position, now: Math.max(this.#options.timing.now(), at) };
  }

  /** Loads the log. Rejects when it cannot be read. */
  async start(): Promise<void> {
    const { timing } = this.#options;
    let began: number;
    do {
      // A long log is old news by the time it is loaded: what came meanwhile is taken too.
      began = timing.elapsed();
      await this.#replica.catchUp(this.#log, this.#limits.pageSize, () => undefined);
    } while (timing.elapsed() - began > this.#limits.freshMs);
    this.#contactAt = began;
    this.#health = 'serving';
    this.#running = this.#run();
  }

  /** Never rejects. May be called again with the same command, before or after the answer, here or elsewhere. */
  submit(command: Command): Promise<Outcome<Refusal>> {
    if (this.#stopping || this.#health === 'diverged' || this.#health === 'loading') {
      return Promise.resolve(unavailable);
    }
    const outcome = this.#waiting.submit(command, this.#options.timing.elapsed());
    this.#bell.ring();
    return outcome;
  }

  /** Answers everyone who waits, then ends. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#bell.ring();
    await this.#running;
    if (this.#health !== 'diverged') this.#health = 'stopped';
  }

  async #run(): Promise<void> {
    while (this.#health !== 'diverged' && !(this.#stopping && this.#waiting.isSettled)) {
      try {
        await this.#round();
      } catch (error) {
        // A defect: the loop must outlive it, but not in a spin, and nobody may wait for what was in its hands.
        this.#options.report(error, 'a round of the command loop');
        this.#waiting.giveUp();
        await this.#holdOff(this.#limits.idlePollMs);
      }
    }
    this.#waiting.giveUp();
  }

  async #round(): Promise<void> {
    const { timing } = this.#options;
    if (this.#losses > 0) this.#waiting.giveUp(timing.elapsed() - this.#limits.patienceMs);
    const silence = timing.elapsed() - this.#contactAt;
    if (silence >= this.#limits.idlePollMs) {
      if (!(await this.#catchUp())) return;
    } else if (this.#waiting.isEmpty && !this.#inDoubt) {
      return this.#bell.wait(timing, this.#limits.idlePollMs - silence);
    }
    const batch = this.#doubtful() ?? this.#decide();
    if (batch.proposed.length === 0) await this.#answerWithoutAppend(batch);
    else await this.#append(batch);
  }

  /**
   * No append proves that the head is still where the batch was decided. What another replica had answered before a
   * command came must count for it, so those that came after the last contact are decided anew.
   */
  async #answerWithoutAppend(batch: Batch<Command, Event, Refusal>): Promise<void> {
    const newer = batch.decided.filter(([{ since }]) => since > this.#contactAt);
    for (const [waiting, outcome] of batch.decided) if (waiting.since <= this.#contactAt) waiting.answer(outcome);
    if (newer.length === 0) return;
    this.#waiting.putBack(newer.map(([waiting]) => waiting));
    await this.#catchUp();
  }

  /**
   * The batch of an append without an answer, if it may still be kept: as long as the head is where it was, only that
   * very batch may follow, refusals unanswered. Decided anew at a later time it could come out otherwise, and the first
   * attempt could still arrive after the callers were told so.
   */
  #doubtful(): Batch<Command, Event, Refusal> | undefined {
    const batch = this.#inDoubt;
    if (batch === undefined || batch.head.position === this.#replica.head.position) return batch;
    this.#putBack(batch);
    return undefined;
  }

  /** To be decided anew; whatever was in doubt no longer is. */
  #putBack(batch: Batch<Command, Event, Refusal>): void {
    this.#inDoubt = undefined;
    this.#waiting.putBack(batch.decided.map(([waiting]) => waiting));
  }

  #decide(): Batch<Command, Event, Refusal> {
    const { decider, eventIdOf, timing } = this.#options;
    const overlay = new Overlay(decider, this.#replica, eventIdOf, timing.now());
    const limit = this.#singly > 0 ? 1 : this.#limits.batchSize;
    this.#singly = Math.max(0, this.#singly - 1);
    const deadline = timing.elapsed() - this.#limits.patienceMs;
    return decideBatch(this.#waiting.take(limit), this.#replica.head, overlay, this.#recent, deadline);
  }

  async #append(batch: Batch<Command, Event, Refusal>): Promise<void> {
    const began = this.#options.timing.elapsed();
    const outcome = await this.#log.append(batch.head, batch.proposed).catch((error: unknown) => {
      this.#options.report(error, 'an append, whose outcome is unknown');
      this.#inDoubt = batch;
      return { status: 'unknown' } as const;
    });
    if (outcome.status === 'appended') {
      const entries = recordedAfter(batch.head, batch.proposed, outcome.at);
      this.#inDoubt = undefined;
      this.#losses = 0;
      this.#contact(began);
      this.#replica.evolve(entries);
      this.#answer(batch);
      this.#tell(entries);
      return;
    }
    if (outcome.status === 'rejected') return this.#isolate(batch, outcome.cause);
    this.#losses++;
    if (outcome.status === 'lost') await this.#holdOff(Math.min(this.#losses, 5));
    if (outcome.status === 'unknown') await this.#holdOff(Math.min(2 ** this.#losses, 100));
    const caughtUp = await this.#catchUp();
    const overtaken = this.#replica.head.position !== batch.head.position;
    if (outcome.status === 'conflict' && caughtUp && !overtaken) return this.#recognize(batch);
    if (!this.#inDoubt) this.#putBack(batch);
  }

  /** Nobody else wrote and yet something is taken: commands so old that only the log remembers their events. */
  async #recognize(batch: Batch<Command, Event, Refusal>): Promise<void> {
    const firsts = batch.proposed.filter(({ index }) => index === 0);
    const known = await this.#log.known(firsts.map(({ id }) => id)).catch((error: unknown) => {
      this.#options.report(error, 'looking for events that the log may have');
      return new Set<string>();
    });
    // Asked again, because the attempt in doubt could have arrived just before the question.
    if (!(await this.#catchUp()) || this.#replica.head.position !== batch.head.position) {
      if (!this.#inDoubt) this.#putBack(batch);
      return;
    }
    const done = new Set(firsts.filter(({ id }) => known.has(id)).map(({ commandId }) => commandId));
    answerSome(batch, done, { status: 'accepted', revision: batch.head.position });
    // With an event id that is taken no attempt at this batch can ever be kept: no doubt is left.
    if (done.size > 0 || !this.#inDoubt) this.#putBack(batch);
    if (done.size === 0) await this.#holdOff(Math.min(this.#losses, 5));
  }

  /** One command whose events the log cannot take must not keep the others from being appended. */
  #isolate(batch: Batch<Command, Event, Refusal>, cause: unknown): void {
    const writers = writersOf(batch);
    if (writers.size > 1) this.#singly = batch.decided.length;
    else answerSome(batch, writers, { status: 'failed', cause });
    this.#putBack(batch);
  }

  /** True when the state has all that the log had when asked. */
  async #catchUp(): Promise<boolean> {
    const began = this.#options.timing.elapsed();
    try {
      await this.#replica.catchUp(this.#log, this.#limits.pageSize, (entries) => {
        // Told at once: a long page could push one's own commands out of what is remembered.
        for (const { commandId, position } of entries) this.#waiting.found(commandId, position);
        this.#tell(entries);
      });
      this.#contact(began);
      return true;
    } catch (error) {
      if (this.#failures === 0 || error instanceof Diverged) this.#options.report(error, 'catching up with the log');
      if (error instanceof Diverged) {
        this.#health = 'diverged';
        return false;
      }
      this.#health = 'unreachable';
      this.#failures++;
      this.#waiting.giveUp(began - this.#limits.patienceMs);
      await this.#holdOff(Math.min(10 * 2 ** this.#failures, 250));
      return false;
    }
  }

  #contact(at: number): void {
    this.#contactAt = at;
    this.#failures = 0;
    this.#health = 'serving';
  }

  #answer(batch: Batch<Command, Event, Refusal>): void {
    for (const [waiting, outcome] of batch.decided) waiting.answer(outcome);
  }

  #tell(entries: readonly Recorded<Event>[]): void {
    try {
      this.#options.recorded?.(entries);
    } catch (error) {
      this.#options.report(error, 'telling of recorded events');
    }
  }

  #holdOff(milliseconds: number): Promise<void> {
    return sleep(this.#options.timing, milliseconds);
  }
}
