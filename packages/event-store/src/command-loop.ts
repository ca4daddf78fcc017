import { Appender } from './appender.ts';
import type { Refused } from './decider.ts';
import { Forwarded, isFinal } from './forwarded.ts';
import { impatientLog } from './impatient-log.ts';
import { type Health, LiveState, type Reading } from './live-state.ts';
import { defaultLimits, type LoopLimits, type LoopOptions } from './loop-options.ts';
import { Patience } from './patience.ts';
import { PeerNews } from './peer-news.ts';
import type { Reached } from './reached.ts';
import { Bell, sleep, within } from './timing.ts';
import { type Outcome, unavailable, WaitingCommands } from './waiting-commands.ts';

export type { Health, Reading };

/**
 * Appends the events of commands to a log that other replicas may write too, one batch in flight.
 *
 * Promises: nothing is answered, refusals included, before everything it was decided upon is committed; a command id
 * has effect at most once, however often it is submitted and whatever the outcome of an append looked like; the live
 * state is the fold of what is committed and nothing else.
 *
 * Of several replicas the one that appended last decides for the others, as long as it does so, and who has lost has the
 * log to itself for one batch, without taking the lead. That is fairness; the promises rest on the log alone.
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
  readonly #live: LiveState<State, Event>;
  readonly #waiting: WaitingCommands<Command, Refusal>;
  readonly #news: PeerNews<Event>;
  /** With other replicas that were asked. */
  readonly #patience: Patience;
  readonly #appender: Appender<State, Command, Event, Refusal>;
  readonly #bell = new Bell();
  #forwarded: Forwarded<Command, Refusal> | undefined;
  #stopping = false;
  #deaf = (): void => undefined;
  #running: Promise<void> | undefined;

  constructor(options: LoopOptions<State, Command, Event, Refusal>) {
    const { timing } = options;
    const limits = { ...defaultLimits, ...options.limits };
    const log = impatientLog(options.log, timing, limits.attemptMs);
    const waiting = new WaitingCommands<Command, Refusal>(limits.waitingCapacity);
    const patience = new Patience(limits.forwardMs, limits.forwardMostMs);
    const news = new PeerNews<Event>(timing, limits, patience);
    const live = new LiveState<State, Event>({
      ...options,
      log,
      limits,
      seen: (entries) => {
        for (const { commandId, position } of entries) waiting.found(commandId, position);
      },
      restarted: () => waiting.forgetFound(),
    });
    this.#options = options;
    this.#limits = limits;
    this.#waiting = waiting;
    this.#news = news;
    this.#patience = patience;
    this.#live = live;
    this.#appender = new Appender({ ...options, limits, log, live, waiting, news, catchUp: () => this.#catchUp() });
  }

  get health(): Health {
    return this.#live.health;
  }

  /** The present, or undefined when it is not known: before the start, and without contact for `freshMs`. */
  get reading(): Reading<State> | undefined {
    return this.#live.reading;
  }

  /**
   * Waits, for so long at most, until the present is known again. A process that had no time for a while is in contact at
   * once, and need turn nobody away for it; where the log does not answer nobody waits.
   */
  async inContact(milliseconds: number): Promise<void> {
    const { timing } = this.#options;
    const end = timing.elapsed() + milliseconds;
    while (!this.reading && this.health === 'serving' && timing.elapsed() < end) {
      this.#bell.ring();
      // Whether it was done or the time is up shows in the next round.
      await within(timing, end - timing.elapsed(), this.#live.attempted()).catch(() => undefined);
    }
  }

  /** Loads the log. Rejects when it cannot be read. */
  async start(): Promise<void> {
    await this.#live.start();
    this.#deaf = this.#listen();
    this.#running = this.#run();
  }

  /** Never rejects. May be called again with the same command, before or after the answer, here or elsewhere. */
  submit(command: Command): Promise<Outcome<Refusal>> {
    const isOpen = this.health === 'serving' || this.health === 'unreachable';
    if (this.#stopping || !isOpen) return Promise.resolve(unavailable);
    return this.#enqueue(command, false);
  }

  /**
   * Waits until the live state has a position, of the present history or of the one named, for so long at most. What
   * has been read as reached stays in every later {@link reading} of the same epoch.
   */
  reached(position: number, epoch: number | undefined, milliseconds: number): Promise<Reached> {
    const reached = this.#live.reached(position, epoch, milliseconds);
    if (this.#live.isBehind) this.#bell.ring();
    return reached;
  }

  /** Answers everyone who waits, then ends. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#bell.ring();
    await this.#running;
    this.#deaf();
    this.#live.stop();
  }

  #enqueue(command: Command, isForwarded: boolean): Promise<Outcome<Refusal>> {
    const outcome = this.#waiting.submit(command, this.#options.timing.elapsed(), isForwarded);
    this.#bell.ring();
    return outcome;
  }

  #listen(): () => void {
    const { peers } = this.#options;
    if (!peers) return () => undefined;
    return peers.listen({
      poked: (poke) => {
        if (poke.by === peers.self) return;
        this.#news.hear(poke);
        this.#bell.ring();
      },
      forwarded: (commands) => {
        // Whoever asks does it by itself then, which is better than waiting here for a log that does not answer.
        const isOpen = !this.#stopping && this.health === 'serving';
        return Promise.all(
          commands.map((command) => (isOpen ? this.#enqueue(command, true) : Promise.resolve(unavailable))),
        );
      },
    });
  }

  async #run(): Promise<void> {
    while (!(this.#stopping && this.#waiting.isSettled)) {
      try {
        await this.#round();
      } catch (error) {
        // A defect: the loop must outlive it, but not in a spin, and nobody may wait for what was in its hands.
        this.#options.report(error, 'a round of the command loop');
        this.#appender.forget();
        this.#waiting.giveUp();
        await this.#holdOff(this.#limits.idlePollMs);
      }
    }
  }

  async #round(): Promise<void> {
    const { timing } = this.#options;
    if (this.#appender.losses > 0) this.#waiting.giveUp(timing.elapsed() - this.#limits.patienceMs);
    this.#hearPeers();
    if (this.#forwarded?.isOver || (this.#forwarded && this.#waiting.areAnswered(this.#forwarded.taken))) {
      await this.#settleForwarded(this.#forwarded);
    }
    const silence = timing.elapsed() - this.#live.contactAt;
    if (silence >= this.#limits.idlePollMs || this.#live.isBehind) {
      if (!(await this.#catchUp())) return;
    } else if (this.#isIdle) {
      return this.#bell.wait(timing, this.#limits.idlePollMs - silence);
    }
    if (this.#isIdle || (this.#mayForward && this.#forward())) return;
    await this.#appender.attempt();
  }

  #hearPeers(): void {
    for (const poke of this.#news.takeAll()) this.#live.takePoke(poke);
    this.#waiting.answerFound(this.#live.replica.epoch);
  }

  /**
   * Nothing is to be done here. While the leader decides what came to this replica, what came since waits for it; what
   * was forwarded does not: two that take each other for the leader would wait in vain.
   */
  get #isIdle(): boolean {
    if (this.#appender.isBusy) return false;
    return this.#waiting.isEmpty || (this.#forwarded !== undefined && !this.#waiting.hasForwarded);
  }

  /** What was forwarded once goes no further, and what may have been appended already is settled here. */
  get #mayForward(): boolean {
    return !this.#appender.isBusy && !this.#waiting.mustStay(this.#options.timing.elapsed());
  }

  /** Has the leader decide what waits here; false if there is none beside this replica. */
  #forward(): boolean {
    const { peers, timing } = this.#options;
    const { leader } = this.#news;
    if (!peers || leader === undefined) return false;
    const taken = this.#waiting.take(this.#limits.batchSize);
    const commands = taken.map(({ command }) => command);
    const asked = timing.elapsed();
    const reply = peers.forward(leader, commands);
    const inTime = within(timing, this.#patience.milliseconds, reply);
    const forwarded = new Forwarded(taken, reply, inTime);
    // That there is none shows in what was forwarded.
    reply.then((outcomes) => this.#hearAnswer(outcomes, timing.elapsed() - asked)).catch(() => undefined);
    this.#forwarded = forwarded;
    void forwarded.over.then(() => this.#bell.ring());
    return true;
  }

  /** In time, or late: a leader that is slow is waited for longer from now on, and is not one that is gone. */
  #hearAnswer(outcomes: readonly Outcome<Refusal>[], milliseconds: number): void {
    this.#patience.answered(milliseconds);
    if (outcomes.every(isFinal) && milliseconds < this.#limits.forwardMostMs) this.#news.trustLeader();
  }

  /** The leader has answered, or will not be waited for any more. */
  async #settleForwarded(forwarded: Forwarded<Command, Refusal>): Promise<void> {
    this.#forwarded = undefined;
    // What it told everybody may have come before its answer, or instead of it.
    if (this.#waiting.areAnswered(forwarded.taken)) return;
    if (forwarded.isUnanswered) {
      const now = this.#options.timing.elapsed();
      this.#waiting.setAtLarge(forwarded.atLarge, now, now + this.#limits.atLargeMs);
      this.#news.distrustLeader();
    }
    // Whoever is answered here may rely on finding it here.
    if (!forwarded.isReachedBy(this.#live.replica)) await this.#catchUp();
    this.#waiting.putBack(forwarded.settle(this.#live.replica));
  }

  /** True when the state has all that the log had when asked. */
  async #catchUp(): Promise<boolean> {
    const { timing, peers } = this.#options;
    const began = timing.elapsed();
    const wasLost = this.health === 'diverged';
    if (await this.#live.catchUp()) {
      const { epoch, head, at } = this.#live.replica;
      this.#waiting.answerFound(epoch);
      // Replicas that have less, and so notice nothing, learn of the new epoch by it.
      if (wasLost) {
        const after = { ...head, at };
        peers?.poke({ by: peers.self, leads: false, epoch, position: head.position, after, entries: [] });
      }
      return true;
    }
    this.#waiting.giveUp(began - this.#limits.patienceMs);
    // A log that answers, but has lost something, is loaded at once.
    if (this.health !== 'diverged' || wasLost) await this.#holdOff(Math.min(10 * 2 ** this.#live.failures, 250));
    return false;
  }

  #holdOff(milliseconds: number): Promise<void> {
    return sleep(this.#options.timing, milliseconds);
  }
}
