import type { Decider, Refused } from './decider.ts';
import type { Log, Recorded } from './log.ts';
import type { Peers } from './peers.ts';
import type { Snapshots } from './snapshot.ts';
import type { Timing } from './timing.ts';

export interface LoopLimits {
  /** Commands decided together. */
  readonly batchSize: number;
  /** Commands waiting or being decided; beyond it new ones are turned away. */
  readonly waitingCapacity: number;
  /** Command ids remembered as done. Those before are still recognized by the log, at the price of a lost attempt. */
  readonly recentCommands: number;
  /** Entries that a decision can look back upon, see `Moment.after`. */
  readonly recentEntries: number;
  /** Events read at once. */
  readonly pageSize: number;
  /** Milliseconds after which a call to the log counts as unanswered. */
  readonly attemptMs: number;
  /** Milliseconds a caller waits for a decision while the log cannot be reached. */
  readonly patienceMs: number;
  /** Milliseconds without contact after which the log is asked for what others appended. */
  readonly idlePollMs: number;
  /** Milliseconds that another replica is given at least to decide what it was forwarded; longer where answers take longer. */
  readonly forwardMs: number;
  /** Milliseconds that it is given at most. */
  readonly forwardMostMs: number;
  /** Milliseconds after which nobody does what was forwarded to them without an answer; whoever carries it sees to that. */
  readonly atLargeMs: number;
  /** Milliseconds after its last word for which another replica is taken to lead; twice as long as it is given, if that is more. */
  readonly leaderMs: number;
  /** Attempts in a row that others won before one is made with nobody beside. */
  readonly escalateAfter: number;
  /** Milliseconds for which nothing is forwarded after something was not answered, unless the answer is only late. */
  readonly distrustMs: number;
  /** Entries after which a snapshot is kept. */
  readonly snapshotEvery: number;
  /** Milliseconds without contact after which the state is too old to answer from. */
  readonly freshMs: number;
}

export const defaultLimits: LoopLimits = {
  batchSize: 512,
  waitingCapacity: 10_000,
  recentCommands: 65_536,
  recentEntries: 16_384,
  pageSize: 5_000,
  attemptMs: 2_000,
  patienceMs: 5_000,
  idlePollMs: 250,
  forwardMs: 100,
  forwardMostMs: 500,
  atLargeMs: 10_000,
  leaderMs: 200,
  distrustMs: 2_000,
  escalateAfter: 1,
  snapshotEvery: 50_000,
  freshMs: 1_000,
};

export interface LoopOptions<State, Command, Event, Refusal extends Refused> {
  readonly decider: Decider<State, Command, Event, Refusal>;
  readonly log: Log<Event>;
  readonly timing: Timing;
  /** A function of its arguments alone, and unique: the same command has the same event ids on every attempt. */
  readonly eventIdOf: (commandId: string, index: number) => string;
  /** The other replicas; without them this one polls the log and competes for it. */
  readonly peers?: Peers<Command, Event, Refusal>;
  /** Where snapshots are kept; without them a start reads all of the log. */
  readonly snapshots?: Snapshots<State>;
  /**
   * Told of the state as a whole whenever it was loaded: at start, and after the log lost what this replica had taken
   * from it. What was told of entries before may then no longer be so.
   */
  readonly loaded?: (state: State) => void;
  /** Told of every committed event in order, whoever appended it, and of the state after them; not of those that were loaded. */
  readonly recorded?: (entries: readonly Recorded<Event>[], state: State) => void;
  /** Told of errors that no caller gets to see. */
  readonly report: (error: unknown, doing: string) => void;
  readonly limits?: Partial<LoopLimits>;
}
