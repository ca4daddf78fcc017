import type { Refused } from './decider.ts';
import type { Head, Recorded } from './log.ts';
import type { Outcome } from './waiting-commands.ts';

/** An entry, as far as it takes to know it from any other at its place. */
export type Predecessor = Head & { readonly at: number };

/** What a replica tells the others once it has appended. */
export interface Poke<Event> {
  /** The replica that appended. */
  readonly by: string;
  /**
   * Others may have it decide for them. Not so after an append that another replica was before: two that take the lead from
   * each other with every append would both go on in vain.
   */
  readonly leads: boolean;
  readonly epoch: number;
  /** Where the head of the log is by then. */
  readonly position: number;
  /** What stands right before the entries. By their positions alone they might follow on from another history. */
  readonly after: Predecessor;
  /** What was appended, up to that position; none when it was too much for a message. */
  readonly entries: readonly Recorded<Event>[];
}

/** What comes in from the other replicas. */
export interface PeerListener<Command, Event, Refusal extends Refused> {
  poked(poke: Poke<Event>): void;
  /** Has commands decided here; their outcomes in the same order. */
  forwarded(commands: readonly Command[]): Promise<readonly Outcome<Refusal>[]>;
}

/**
 * The other replicas of a stream. They make writing fair and reading quick, never right: every message may be lost or
 * late, and nothing that the log promises depends on one. Entries and commands are believed, so whoever carries
 * them sees to it that they come from a replica.
 */
export interface Peers<Command, Event, Refusal extends Refused> {
  /** The name of this replica, another for each run. */
  readonly self: string;
  /** Tells all others, or does not; never throws. */
  poke(poke: Poke<Event>): void;
  /**
   * Puts commands to another replica once at most. Rejects when it did not take them or does not answer; it may have,
   * and may yet, all the same; but whoever gets them so late that `atLargeMs` may be over does not take them.
   */
  forward(to: string, commands: readonly Command[]): Promise<readonly Outcome<Refusal>[]>;
  /** Begins to listen; the function that it returns ends it. */
  listen(listener: PeerListener<Command, Event, Refusal>): () => void;
}
