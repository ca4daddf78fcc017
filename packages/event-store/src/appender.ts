import { answerSome, type Batch, decideBatch, writersOf } from './batch.ts';
import type { Refused } from './decider.ts';
import type { LiveState } from './live-state.ts';
import { type Appended, type Log, type Page, recordedAfter } from './log.ts';
import type { LoopLimits, LoopOptions } from './loop-options.ts';
import { Overlay } from './overlay.ts';
import type { PeerNews } from './peer-news.ts';
import { sleep } from './timing.ts';
import type { WaitingCommands } from './waiting-commands.ts';

/** What became of an append, and `unknown` when it got no answer. */
type Attempt = Appended | { readonly status: 'unknown' };

export interface AppenderOptions<State, Command extends { readonly id: string }, Event, Refusal extends Refused>
  extends Pick<LoopOptions<State, Command, Event, Refusal>, 'decider' | 'timing' | 'eventIdOf' | 'peers' | 'report'> {
  readonly limits: LoopLimits;
  readonly log: Log<Event>;
  readonly live: LiveState<State, Event>;
  readonly waiting: WaitingCommands<Command, Refusal>;
  readonly news: PeerNews<Event>;
  /** True when the state has all that the log had when asked. */
  readonly catchUp: () => Promise<boolean>;
}

/**
 * Decides what waits and appends it, one batch after the other, and settles what became of each: kept, lost to another
 * replica, refused by the log for good, or not known.
 */
export class Appender<State, Command extends { readonly id: string }, Event, Refusal extends Refused> {
  readonly #options: AppenderOptions<State, Command, Event, Refusal>;
  #losses = 0;
  /** So many commands still go one by one, to find the one that the log cannot take. */
  #singly = 0;
  #inDoubt: Batch<Command, Event, Refusal> | undefined;

  constructor(options: AppenderOptions<State, Command, Event, Refusal>) {
    this.#options = options;
  }

  /** Attempts in a row that came to nothing. */
  get losses(): number {
    return this.#losses;
  }

  /** Something may have been appended, or there is one among those that wait that the log cannot take. */
  get isBusy(): boolean {
    return this.#inDoubt !== undefined || this.#singly > 0;
  }

  /** Makes one attempt at what waits, or at what is in doubt. */
  async attempt(): Promise<void> {
    const { limits, news } = this.#options;
    // A leader that did not answer may be in the middle of appending: to race with it would be in vain.
    if (this.#losses >= limits.escalateAfter || news.isLeaderDistrusted) return this.#appendAlone();
    const batch = this.#doubtful() ?? this.#decide();
    if (batch.proposed.length === 0) await this.#answerWithoutAppend(batch);
    else await this.#append(batch);
  }

  /** Nobody waits for what is in doubt any more. */
  forget(): void {
    this.#inDoubt = undefined;
  }

  /**
   * No append proves that the head is still where the batch was decided. What another replica had answered before a
   * command came must count for it, so those that came after the last contact are decided anew.
   */
  async #answerWithoutAppend(batch: Batch<Command, Event, Refusal>): Promise<void> {
    const { contactAt } = this.#options.live;
    const newer = batch.decided.filter(([{ since }]) => since > contactAt);
    for (const [waiting, outcome] of batch.decided) if (waiting.since <= contactAt) waiting.answer(outcome);
    if (newer.length === 0) return;
    this.#options.waiting.putBack(newer.map(([waiting]) => waiting));
    await this.#options.catchUp();
  }

  /**
   * The batch of an append without an answer, if it may still be kept: as long as the head is where it was, only that
   * very batch may follow, refusals unanswered. Decided anew at a later time it could come out otherwise, and the first
   * attempt could still arrive after the callers were told so.
   */
  #doubtful(): Batch<Command, Event, Refusal> | undefined {
    const batch = this.#inDoubt;
    if (batch === undefined || this.#isAtHead(batch)) return batch;
    this.#putBack(batch);
    return undefined;
  }

  /** Nothing was appended since a batch was decided, and nothing of an earlier epoch can be any more. */
  #isAtHead({ epoch, head }: Batch<Command, Event, Refusal>): boolean {
    const { replica } = this.#options.live;
    return head.position === replica.head.position && epoch === replica.epoch;
  }

  /** To be decided anew; whatever was in doubt no longer is. */
  #putBack(batch: Batch<Command, Event, Refusal>): void {
    this.#inDoubt = undefined;
    this.#options.waiting.putBack(batch.decided.map(([waiting]) => waiting));
  }

  #decide(): Batch<Command, Event, Refusal> {
    const { decider, eventIdOf, timing, waiting } = this.#options;
    const { replica } = this.#options.live;
    const overlay = new Overlay(decider, replica, eventIdOf, timing.now());
    const limit = this.#singly > 0 ? 1 : this.#options.limits.batchSize;
    this.#singly = Math.max(0, this.#singly - 1);
    const isAtLarge = (commandId: string): boolean => waiting.isAtLarge(commandId, timing.elapsed());
    const { patienceMs, forwardMostMs } = this.#options.limits;
    const deadlines = { own: timing.elapsed() - patienceMs, forwarded: timing.elapsed() - forwardMostMs };
    return decideBatch(waiting.take(limit), replica, overlay, isAtLarge, deadlines);
  }

  async #append(batch: Batch<Command, Event, Refusal>): Promise<void> {
    const began = this.#options.timing.elapsed();
    const attempt = await this.#options.log.append(batch).catch((error: unknown) => this.#doubt(batch, error));
    await this.#settle(batch, attempt, began, this.#losses === 0);
  }

  /** Others won time and again: for one batch the log is this replica's alone. */
  async #appendAlone(): Promise<void> {
    const { live, log, limits, waiting, timing, catchUp } = this.#options;
    const { pageSize } = limits;
    const began = timing.elapsed();
    const turn: { batch?: Batch<Command, Event, Refusal> } = {};
    const decide = (page: Page<Event>): Batch<Command, Event, Refusal> | undefined => {
      live.takePage(page);
      // There may be more. Others do not wait while this replica reads the log.
      if (page.entries.length >= pageSize) return undefined;
      // What this page has of those that wait needs no decision any more.
      waiting.answerFound(live.replica.epoch);
      turn.batch = this.#doubtful() ?? this.#decide();
      return turn.batch.proposed.length === 0 ? undefined : turn.batch;
    };
    const attempt = await log
      .appendAlone(live.replica.readFrom, pageSize, decide)
      .catch((error: unknown) => this.#doubt(turn.batch, error));
    if (turn.batch && attempt) return this.#settle(turn.batch, attempt, began, false);
    if (attempt) await this.#holdOff(Math.min(2 ** this.#losses++, 100));
    if (!turn.batch) return void (await catchUp());
    this.#losses = 0;
    live.contact(began);
    await this.#answerWithoutAppend(turn.batch);
  }

  #doubt(batch: Batch<Command, Event, Refusal> | undefined, error: unknown): Attempt {
    this.#options.report(error, 'an append, whose outcome is unknown');
    // One that was put back meanwhile, or had nothing to write, is in nobody's doubt.
    this.#inDoubt = batch && batch.proposed.length > 0 ? batch : this.#inDoubt;
    return { status: 'unknown' };
  }

  /** @param leads if it was appended: nobody else was before */
  async #settle(batch: Batch<Command, Event, Refusal>, attempt: Attempt, began: number, leads: boolean): Promise<void> {
    if (attempt.status === 'appended') return this.#kept(batch, attempt.at, began, leads);
    if (attempt.status === 'rejected') return this.#isolate(batch, attempt.cause);
    this.#losses++;
    if (attempt.status === 'lost') await this.#options.news.wait(Math.min(this.#losses, 5));
    if (attempt.status === 'unknown') await this.#holdOff(Math.min(2 ** this.#losses, 100));
    const caughtUp = await this.#options.catchUp();
    if (attempt.status === 'conflict' && caughtUp && this.#isAtHead(batch)) return this.#recognize(batch);
    if (!this.#inDoubt) this.#putBack(batch);
  }

  #kept(batch: Batch<Command, Event, Refusal>, at: number, began: number, leads: boolean): void {
    const { live, news, peers } = this.#options;
    const entries = recordedAfter(batch.head, batch.proposed, at);
    this.#inDoubt = undefined;
    this.#losses = 0;
    live.appended(entries);
    live.contact(began);
    for (const [waiting, outcome] of batch.decided) waiting.answer(outcome);
    if (leads) news.forgetLeader();
    const position = batch.head.position + entries.length;
    const after = { ...batch.head, at: batch.headAt };
    peers?.poke({ by: peers.self, leads, epoch: batch.epoch, position, after, entries });
  }

  /** Nobody else wrote and yet something is taken: commands so old that only the log remembers their events. */
  async #recognize(batch: Batch<Command, Event, Refusal>): Promise<void> {
    const firsts = batch.proposed.filter(({ index }) => index === 0);
    const known = await this.#options.log.known(firsts.map(({ id }) => id)).catch((error: unknown) => {
      this.#options.report(error, 'looking for events that the log may have');
      return new Set<string>();
    });
    // Asked again, because the attempt in doubt could have arrived just before the question.
    if (!(await this.#options.catchUp()) || !this.#isAtHead(batch)) {
      if (!this.#inDoubt) this.#putBack(batch);
      return;
    }
    const done = new Set(firsts.filter(({ id }) => known.has(id)).map(({ commandId }) => commandId));
    answerSome(batch, done, { status: 'accepted', revision: batch.head.position, epoch: batch.epoch });
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

  #holdOff(milliseconds: number): Promise<void> {
    return sleep(this.#options.timing, milliseconds);
  }
}
