import type { Recorded } from './log.ts';

/** A refusal is a value; what it says is up to whoever decides. */
export interface Refused {
  readonly refused: string;
}

/** Events to append (none, if the thing is so already), or why not. */
export type Decision<Event, Refusal extends Refused> = readonly Event[] | Refusal;

/** When a command is decided, and what came just before. */
export interface Moment<Event> {
  /** Milliseconds since 1970, and never before the newest event. */
  readonly now: number;
  /**
   * Every entry after a position in order, those included that precede this command in its batch and are not committed
   * yet; undefined when not all of them are remembered. A decision about history is made with it at the very head of
   * the log: nothing can come in between.
   */
  after(position: number): readonly Recorded<Event>[] | undefined;
}

/**
 * What a stream means. All three are pure: states are never changed in place, so that one can be kept, compared or
 * forgotten at no cost. That is what makes the pending overlay cheap: it is another state that shares nearly
 * everything with the live one (see {@link SortedMap}).
 *
 * @example
 * const counter: Decider<number, { id: string; by: number }, { added: number }, { refused: 'negative' }> = {
 *   initialState: () => 0,
 *   evolve: (total, { event }) => total + event.added,
 *   decide: (total, { by }) => (total + by < 0 ? { refused: 'negative' } : [{ added: by }]),
 * };
 */
export interface Decider<State, Command, Event, Refusal extends Refused> {
  initialState(): State;
  /** Total: it never throws and never refuses, whatever an older or newer version once appended. */
  evolve(state: State, recorded: Recorded<Event>): State;
  decide(state: State, command: Command, moment: Moment<Event>): Decision<Event, Refusal>;
}

export const isRefused = <Event, Refusal extends Refused>(decision: Decision<Event, Refusal>): decision is Refusal =>
  'refused' in decision;
