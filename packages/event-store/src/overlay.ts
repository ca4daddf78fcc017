import { type Decider, isRefused, type Moment, type Refused } from './decider.ts';
import type { Head, Proposed, Recorded } from './log.ts';

/** What an overlay starts from: the live state and where it stands. */
export interface Base<State, Event> {
  readonly state: State;
  readonly head: Head;
  readonly at: number;
  /** The newest entries up to the head; without them only what is pending can be looked back upon. */
  readonly past?: { after(position: number): readonly Recorded<Event>[] | undefined };
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
  readonly #moment: Moment<Event>;
  readonly #base: Base<State, Event>;
  readonly #pending: Recorded<Event>[] = [];
  readonly #proposed: Proposed<Event>[] = [];
  #state: State;

  /** @param now milliseconds since 1970; taken to be no earlier than the newest event */
  constructor(
    decider: Decider<State, Command, Event, Refusal>,
    base: Base<State, Event>,
    eventIdOf: (commandId: string, index: number) => string,
    now: number,
  ) {
    this.#decider = decider;
    this.#eventIdOf = eventIdOf;
    this.#moment = { now: Math.max(now, base.at), after: (position) => this.#after(position) };
    // Held as it is now: a replica that goes on is another base.
    const { state, head, at, past } = base;
    this.#base = past ? { state, head, at, past } : { state, head, at };
    this.#state = state;
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
    const decision = this.#decider.decide(this.#state, command, this.#moment);
    if (isRefused(decision)) return { status: 'refused', refusal: decision, revision: this.#revision };
    let state = this.#state;
    const pending: Recorded<Event>[] = decision.map((event, index) => ({
      id: this.#eventIdOf(command.id, index),
      commandId: command.id,
      index,
      event,
      position: this.#revision + 1 + index,
      // Only the log knows the time of the commit; until then the time of the decision stands in for it.
      at: this.#moment.now,
    }));
    for (const entry of pending) state = this.#decider.evolve(state, entry);
    this.#state = state;
    for (const entry of pending) {
      const { id, commandId, index, event } = entry;
      this.#pending.push(entry);
      this.#proposed.push({ id, commandId, index, event });
    }
    return { status: 'accepted', revision: this.#revision };
  }

  get #revision(): number {
    return this.#base.head.position + this.#proposed.length;
  }

  #after(position: number): readonly Recorded<Event>[] | undefined {
    const { head, past } = this.#base;
    if (position >= head.position) return this.#pending.slice(position - head.position);
    const committed = past?.after(position);
    return committed && [...committed, ...this.#pending];
  }
}
