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

/**
 * What became of a batch. Every answer but `appended` promises that nothing of *this attempt* was or will be kept.
 *
 * - `lost`: someone else is writing, or the predecessor is not there.
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
  /** Appends right after `head`, and only if the log has `head` and nothing behind it. */
  append(head: Head, batch: readonly Proposed<Event>[]): Promise<Appended>;
  /** Events from a position on (that one included), in order, at most `limit`. */
  read(fromPosition: number, limit: number): Promise<readonly Recorded<Event>[]>;
  /** Those of these event ids that the log has, however old. */
  known(eventIds: readonly string[]): Promise<ReadonlySet<string>>;
}

export const beforeFirst: Head = { position: 0, id: null };

/** The entries as they stand in the log once a batch was appended after `head`. */
export const recordedAfter = <Event>(
  head: Head,
  batch: readonly Proposed<Event>[],
  at: number,
): readonly Recorded<Event>[] =>
  batch.map((proposed, index) => ({ ...proposed, position: head.position + 1 + index, at }));
