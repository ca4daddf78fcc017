import { CommandLoop } from '@rollcall/event-store/command-loop';
import type { Log } from '@rollcall/event-store/log';
import type { LoopLimits } from '@rollcall/event-store/loop-options';
import type { Peers } from '@rollcall/event-store/peers';
import type { Snapshots } from '@rollcall/event-store/snapshot';
import { systemTiming } from '@rollcall/service-kit/system-timing';
import type { Refusal } from '@rollcall/types/problems';
import type { Sql } from 'postgres';
import type { AccessCommand } from '../domain/commands.ts';
import { accessDecider } from '../domain/decide/decide.ts';
import type { AccessEvent, RecordedAccessEvent } from '../domain/events.ts';
import type { AccessState } from '../domain/state.ts';
import { eventIdOf } from './event-id.ts';
import { postgresLog } from './postgres-log.ts';

/** The stream of who may do what. */
export const coreStream = 'core';

/** The one way to change access, and the live state to read it from. */
export type AccessStream = CommandLoop<AccessState, AccessCommand, AccessEvent, Refusal>;

export interface AccessStreamOptions {
  readonly sql: Sql;
  /** Where events are kept: in the tables of `sql` unless told. */
  readonly log?: Log<AccessEvent>;
  /** The other replicas; without them this one finds out by polling what they did. */
  readonly peers?: Peers<AccessCommand, AccessEvent, Refusal>;
  /** Where snapshots of the state are kept; without them a start reads all of the log. */
  readonly snapshots?: Snapshots<AccessState>;
  /** Told of the state whenever it was loaded as a whole: what was told of events before may no longer be so. */
  readonly loaded?: (state: AccessState) => void;
  /** Told of every committed event in order, whichever replica appended it, and of the state after them. */
  readonly recorded?: (entries: readonly RecordedAccessEvent[], state: AccessState) => void;
  readonly report: (error: unknown, doing: string) => void;
  readonly limits?: Partial<LoopLimits>;
}

/** Opens the access log; `start` loads it. */
export const accessStream = ({
  sql,
  log = postgresLog(sql, coreStream),
  ...options
}: AccessStreamOptions): AccessStream =>
  new CommandLoop({
    ...options,
    decider: accessDecider,
    log,
    eventIdOf,
    timing: systemTiming,
  });
