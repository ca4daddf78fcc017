import { type Decider, isRefused, type Refused } from './decider.ts';
import type { Head, Proposed, Recorded } from './log.ts';

/** What an overlay starts from: the live state and where it stands. */
export interface Base<State> {
  readonly state: State;
  readonly head: Head;
  readonly at: number;
}

/** What became of one command, to be answered once everything that it was decided upon is committed. */
export type Verdict<Refusal extends Refused> =
  | { readonly status: 'accepted'; readonly revision: number }
  | { readonly status: 'refused'; readonly refusal: Refusal; readonly revision: number };

/**
 * Commands decided one upon the other before any of them is committed.
 *
 * The overlay never touches the live state: it evolves a state of its own. Dropping it is forgetting it, and readers
 * of the live state never see what may yet be lost.
 *
 * @example
 * const overlay = new Overlay(decider, replica, eventIdOf, now);
 * const verdict = overlay.decide(command);
 * const outcome = await log.append(replica.head, overlay.proposed);
 */
export class Overlay<State, Command extends { readonly id: string }, Event, Refusal extends Refused> {
  readonly #decider: Decider<State, Command, Event, Refusal>;
  readonly #eventIdOf: (commandId: string, index: number) => string;
  readonly #now: number;
  readonly #base: Head;
  readonly #proposed: Proposed<Event>[] = [];
  #state: State;

  /** @param now milliseconds since 1970; taken to be no earlier than the newest event */
  constructor(
    decider: Decider<State, Command, Event, Refusal>,
    base: Base<State>,
    eventIdOf: (commandId: string, index: number) => string,
    now: number,
  ) {
    this.#decider = decider;
    this.#eventIdOf = eventIdOf;
    this.#now = Math.max(now, base.at);
    this.#base = base.head;
    this.#state = base.state;
  }

  /** The state with everything pending in it. */
  get state(): State {
    return this.#state;
  }

  /** What is to be appended after the base, all or nothing. */
  get proposed(): readonly Proposed<Event>[] {
    return this.#proposed;
  }

  /** Decides upon everything before. A command that is refused, or whose decision throws, leaves nothing behind. */
  decide(command: Command): Verdict<Refusal> {
    const decision = this.#decider.decide(this.#state, command, this.#now);
    if (isRefused(decision)) return { status: 'refused', refusal: decision, revision: this.#revision };
    let state = this.#state;
    const pending: Recorded<Event>[] = decision.map((event, index) => ({
      id: this.#eventIdOf(command.id, index),
      commandId: command.id,
      index,
      event,
      position: this.#revision + 1 + index,
      // Only the log knows the time of the commit; until then the time of the decision stands in for it.
      at: this.#now,
    }));
    for (const entry of pending) state = this.#decider.evolve(state, entry);
    this.#state = state;
    for (const { id, commandId, index, event } of pending) this.#proposed.push({ id, commandId, index, event });
    return { status: 'accepted', revision: this.#revision };
  }

  get #revision(): number {
    return this.#base.position + this.#proposed.length;
  }
}
