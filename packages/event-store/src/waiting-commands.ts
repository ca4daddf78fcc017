import type { Refused } from './decider.ts';
import type { Verdict } from './overlay.ts';

/**
 * What a caller is told about a command.
 *
 * - `accepted`, `refused`: decided; everything it was decided upon is committed. `revision` is the position of its
 *   last event, or of the state it was decided upon if it wrote none; `epoch` says in which history.
 * - `unavailable`: no decision in time. It may still come about: ask again with the same command id.
 * - `overloaded`: too many are waiting; nothing was done and nothing will be.
 * - `failed`: the decision threw or the log cannot take its events; a defect. Nothing was done.
 */
export type Outcome<Refusal extends Refused> =
  | (Verdict<Refusal> & { readonly epoch: number })
  | { readonly status: 'unavailable' }
  | { readonly status: 'overloaded' }
  | { readonly status: 'failed'; readonly cause: unknown };

export const unavailable = { status: 'unavailable' } as const;

export interface Waiting<Command, Refusal extends Refused> {
  readonly command: Command;
  readonly since: number;
  readonly outcome: Promise<Outcome<Refusal>>;
  /** Another replica has it decided here: it goes no further. */
  isForwarded: boolean;
  /** Where its last event was seen in the log while it waited. */
  foundAt: number | undefined;
  answer(outcome: Outcome<Refusal>): void;
}

/** The commands that were submitted and not yet answered: a queue, in which each command id stands once. */
export class WaitingCommands<Command extends { readonly id: string }, Refusal extends Refused> {
  #queue: Waiting<Command, Refusal>[] = [];
  readonly #unanswered = new Map<string, Waiting<Command, Refusal>>();
  #found: Waiting<Command, Refusal>[] = [];
  /** Until when, by id: whoever asks again gets no other answer than before. */
  readonly #atLarge = new Map<string, number>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Nobody is in the queue. */
  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** Nobody awaits an answer, in the queue or taken from it. */
  get isSettled(): boolean {
    return this.#unanswered.size === 0;
  }

  /** Somebody in the queue came from another replica. */
  get hasForwarded(): boolean {
    return this.#queue.some(({ isForwarded }) => isForwarded);
  }

  /** Somebody in the queue may not be forwarded: it was before, to this replica or by it. */
  mustStay(now: number): boolean {
    return this.#queue.some(({ isForwarded, command }) => isForwarded || this.isAtLarge(command.id, now));
  }

  /** Puts a command last. One that is waiting or being decided already is the same command. */
  submit(command: Command, now: number, isForwarded = false): Promise<Outcome<Refusal>> {
    const same = this.#unanswered.get(command.id);
    if (same) {
      same.isForwarded ||= isForwarded;
      return same.outcome;
    }
    if (this.#unanswered.size >= this.#capacity) return Promise.resolve({ status: 'overloaded' });
    const waiting = this.#hold(command, now, isForwarded);
    this.#unanswered.set(command.id, waiting);
    this.#queue.push(waiting);
    return waiting.outcome;
  }

  /** These were forwarded and not answered. */
  setAtLarge(commandIds: readonly string[], now: number, until: number): void {
    // Oldest first.
    for (const [id, past] of this.#atLarge) {
      if (past > now) break;
      this.#atLarge.delete(id);
    }
    for (const id of commandIds) {
      this.#atLarge.delete(id);
      this.#atLarge.set(id, until);
    }
  }

  /** Another replica was asked to decide it and did not answer: it may do so yet, unless the log has its events. */
  isAtLarge(commandId: string, now: number): boolean {
    return (this.#atLarge.get(commandId) ?? now) > now;
  }

  /** None of these awaits an answer any more. */
  areAnswered(taken: readonly Waiting<Command, Refusal>[]): boolean {
    return !taken.some((waiting) => this.#isOpen(waiting));
  }

  /** The log turned out to have an event of this command. */
  found(commandId: string, position: number): void {
    const waiting = this.#unanswered.get(commandId);
    if (!waiting) return;
    waiting.foundAt = position;
    this.#found.push(waiting);
  }

  /** Answers those whose events were found. To be called between commands only, when all that the log has of one was seen. */
  answerFound(epoch: number): void {
    if (this.#found.length === 0) return;
    for (const { foundAt, answer } of this.#found) {
      if (foundAt !== undefined) answer({ status: 'accepted', revision: foundAt, epoch });
    }
    this.#found = [];
    this.#queue = this.#queue.filter((waiting) => this.#isOpen(waiting));
  }

  /** What was found is in the log no longer. */
  forgetFound(): void {
    for (const waiting of this.#found) waiting.foundAt = undefined;
    this.#found = [];
  }

  take(limit: number): readonly Waiting<Command, Refusal>[] {
    return this.#queue.splice(0, limit);
  }

  /** Puts commands that were taken back where they were, first; those answered meanwhile are done with. */
  putBack(taken: readonly Waiting<Command, Refusal>[]): void {
    this.#queue = [...taken.filter((waiting) => this.#isOpen(waiting)), ...this.#queue];
  }

  /** Tells everyone who has waited since before `deadline`, or everyone, that there is no decision. */
  giveUp(deadline = Number.POSITIVE_INFINITY): void {
    for (const waiting of this.#unanswered.values()) {
      if (waiting.since < deadline) waiting.answer(unavailable);
    }
    this.#queue = this.#queue.filter((waiting) => this.#isOpen(waiting));
  }

  #isOpen(waiting: Waiting<Command, Refusal>): boolean {
    return this.#unanswered.get(waiting.command.id) === waiting;
  }

  #hold(command: Command, since: number, isForwarded: boolean): Waiting<Command, Refusal> {
    let settle = (_: Outcome<Refusal>): void => undefined;
    const outcome = new Promise<Outcome<Refusal>>((resolve) => {
      settle = resolve;
    });
    const waiting: Waiting<Command, Refusal> = {
      command,
      since,
      outcome,
      isForwarded,
      foundAt: undefined,
      answer: (told) => {
        if (this.#isOpen(waiting)) this.#unanswered.delete(command.id);
        settle(told);
      },
    };
    return waiting;
  }
}
