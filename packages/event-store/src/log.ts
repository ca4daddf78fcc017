/** One event on its way into the log: its id is chosen with its command, never again on a retry. */
export interface Proposed<Event> {
  readonly id: string;
  readonly commandId: string;
  /** Its place among the events of its command, from 0. */
  readonly index: number;
  readonly event: Event;
}

/** One event of the log. */
export interface Recorded<Event> extends Proposed<Event> {
  /** Counts from 1 without holes, in the order of commits. */
  readonly position: number;
  /** Milliseconds since 1970 by the log's own clock; never less than that of the position before. */
  readonly at: number;
}

/** The newest event that a replica has; position 0 and no id before the first. */
export interface Head {
  readonly position: number;
  readonly id: string | null;
}

/** A piece of the log as it was at one moment. */
export interface Page<Event> {
  /**
   * Which history this is, from 1. It rises when the log turns out to have lost what it had: the same position may then
   * be another event.
   */
  readonly epoch: number;
  readonly entries: readonly Recorded<Event>[];
}

/** What is to be appended: all of it right after `head`, and only to the history of `epoch`. */
export interface Intended<Event> {
  readonly epoch: number;
  readonly head: Head;
  /**
   * When the head was appended, 0 before the first. A command that was lost may be done again, and its event then stand
   * under the same id, even at the same place, behind others than before: its time tells the two apart.
   */
  readonly headAt: number;
  readonly proposed: readonly Proposed<Event>[];
}

/**
 * What became of a batch. Every answer but `appended` promises that nothing of *this attempt* was or will be kept.
 *
 * - `lost`: someone else is writing, the predecessor is not there, or the log is in another epoch.
 * - `conflict`: a position or an event id is taken.
 * - `rejected`: the log cannot take such a batch, now or ever; `cause` says why.
 */
export type Appended =
  | { readonly status: 'appended'; readonly at: number }
  | { readonly status: 'lost' }
  | { readonly status: 'conflict' }
  | { readonly status: 'rejected'; readonly cause: unknown };

/**
 * One gapless, totally ordered stream of events that several writers share.
 *
 * All of a batch is kept or nothing. An append that throws has an unknown outcome: it may have been kept, or may still
 * be kept later.
 */
export interface Log<Event> {
  /** Appends right after the head, and only if the log is in that epoch, has that head and nothing behind it. */
  append(intended: Intended<Event>): Promise<Appended>;
  /**
   * Waits until nobody else appends and keeps it so, shows `decide` the entries from a position on (at most `limit`),
   * and appends what it returns; undefined when that is nothing. Should this process stall in between, the others wait
   * for half a second at most, and nothing is kept.
   */
  appendAlone(
    fromPosition: number,
    limit: number,
    decide: (page: Page<Event>) => Intended<Event> | undefined,
  ): Promise<Appended | undefined>;
  /** Entries from a position on (that one included), in order, at most `limit`. */
  read(fromPosition: number, limit: number): Promise<Page<Event>>;
  /** Those of these event ids that the log has, however old. */
  known(eventIds: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Makes the epoch higher than one in which the log turned out to have lost something, if it is not yet: once, however
   * many ask for it. Returns what it is then. No append of an earlier epoch is kept any more.
   */
  raiseEpoch(above: number): Promise<number>;
}

export const beforeFirst: Head = { position: 0, id: null };

/** The entries as they stand in the log once a batch was appended after `head`. */
export const recordedAfter = <Event>(
  head: Head,
  batch: readonly Proposed<Event>[],
  at: number,
): readonly Recorded<Event>[] =>
  batch.map((proposed, index) => ({ ...proposed, position: head.position + 1 + index, at }));
