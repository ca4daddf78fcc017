import type { Refused } from './decider.ts';
import type { Replica } from './replica.ts';
import type { Outcome, Waiting } from './waiting-commands.ts';

/** How far a replica has come. */
type Standing = Pick<Replica<unknown, unknown>, 'head' | 'epoch'>;

/** Commands that another replica was asked to decide, until it answers or is no longer waited for. */
export class Forwarded<Command extends { readonly id: string }, Refusal extends Refused> {
  /** Resolves, and never rejects, when it is over. */
  readonly over: Promise<void>;
  readonly taken: readonly Waiting<Command, Refusal>[];
  #outcomes: readonly Outcome<Refusal>[] = [];
  #isOver = false;

  /**
   * @param reply counts also when it comes late, as long as nobody has looked
   * @param inTime the reply, unless it is late
   */
  constructor(
    taken: readonly Waiting<Command, Refusal>[],
    reply: Promise<readonly Outcome<Refusal>[]>,
    inTime: Promise<unknown>,
  ) {
    this.taken = taken;
    const heard = reply.then((outcomes) => {
      this.#outcomes = outcomes;
    });
    // What came of it is seen in the log. To find no leader there is nothing to report.
    this.over = Promise.all([heard, inTime])
      .catch(() => undefined)
      .then(() => {
        this.#isOver = true;
      });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Something was left without a decision: whoever was asked does not lead. */
  get isUnanswered(): boolean {
    return this.taken.some((_, n) => !isFinal(this.#outcomes[n]));
  }

  /** Those that may have been decided without a word, or may be yet. */
  get atLarge(): readonly string[] {
    return this.taken.filter((_, n) => !isFinal(this.#outcomes[n])).map(({ command }) => command.id);
  }

  /** Has a replica everything that the answers rest on? */
  isReachedBy(standing: Standing): boolean {
    return this.#outcomes.every((outcome) => !('revision' in outcome) || isReached(outcome, standing));
  }

  /** Answers what is decided and reached, and returns the others. */
  settle(standing: Standing): readonly Waiting<Command, Refusal>[] {
    return this.taken.filter((waiting, n) => {
      const outcome = this.#outcomes[n];
      if (!isFinal(outcome) || ('revision' in outcome && !isReached(outcome, standing))) {
        return true;
      }
      waiting.answer(outcome);
      return false;
    });
  }
}

const isReached = (
  { revision, epoch }: { readonly revision: number; readonly epoch: number },
  standing: Standing,
): boolean => epoch === standing.epoch && revision <= standing.head.position;

/** Is it a decision? */
export const isFinal = <Refusal extends Refused>(
  outcome: Outcome<Refusal> | undefined,
): outcome is Exclude<Outcome<Refusal>, { status: 'unavailable' | 'overloaded' }> =>
  outcome !== undefined && outcome.status !== 'unavailable' && outcome.status !== 'overloaded';
