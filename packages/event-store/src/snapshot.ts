import type { Head } from './log.ts';

/** A live state at one position, and what else a replica knows there: enough to go on with the entries behind it. */
export interface Snapshot<State> {
  readonly state: State;
  readonly head: Head;
  /** When the newest event was appended, by the log's clock. */
  readonly at: number;
  readonly epoch: number;
  /** The newest commands and where each ended, oldest first. */
  readonly recentCommands: readonly (readonly [commandId: string, position: number])[];
}

/**
 * Where snapshots are kept. In which form, and how it is known that one is whole, is the owner's business; that it
 * belongs to the log is seen by its head, and one that does not is not used.
 */
export interface Snapshots<State> {
  /** The newest one there is; rejects or undefined when there is none that can be read. */
  newest(): Promise<Snapshot<State> | undefined>;
  /** Not waited for by anyone who has something done: states are never changed in place, so it can take its time. */
  keep(snapshot: Snapshot<State>): Promise<void>;
}
