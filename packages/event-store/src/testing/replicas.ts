import { CommandLoop } from '../command-loop.ts';
import type { Log, Recorded } from '../log.ts';
import type { LoopLimits } from '../loop-options.ts';
import type { Snapshots } from '../snapshot.ts';
import {
  type AccountCommand,
  type AccountEvent,
  type AccountRefusal,
  type Accounts,
  accountEventId,
  accounts,
} from './accounts.ts';
import { InMemoryLog } from './in-memory-log.ts';
import { type Hazard, InMemoryBus } from './in-memory-peers.ts';
import { VirtualTiming } from './virtual-timing.ts';

export type AccountLoop = CommandLoop<Accounts, AccountCommand, AccountEvent, AccountRefusal>;

export interface Setting {
  readonly count: number;
  readonly hazards?: readonly Hazard[];
  readonly limits?: Partial<LoopLimits>;
  /** Puts something between a replica and the log. */
  readonly through?: (log: InMemoryLog<AccountEvent>, replica: number, timing: VirtualTiming) => Log<AccountEvent>;
  readonly snapshots?: Snapshots<Accounts>;
}

/** Replicas of one log in virtual time, which hear each other over one bus; `r0`, `r1`, … */
export const startReplicas = async ({ count, hazards, limits = {}, through, snapshots }: Setting) => {
  const timing = new VirtualTiming();
  const log = new InMemoryLog<AccountEvent>(() => timing.now());
  const bus = new InMemoryBus<AccountCommand, AccountEvent, AccountRefusal>(timing, hazards);
  const reports: string[] = [];
  const recorded: Recorded<AccountEvent>[][] = [];
  const loaded: number[] = [];
  const loops = Array.from({ length: count }, (_, n): AccountLoop => {
    recorded[n] = [];
    loaded[n] = 0;
    return new CommandLoop({
      decider: accounts,
      log: through?.(log, n, timing) ?? log,
      timing,
      eventIdOf: accountEventId,
      peers: bus.join(`r${n}`),
      ...(snapshots ? { snapshots } : {}),
      loaded: () => {
        loaded[n] = (loaded[n] ?? 0) + 1;
      },
      recorded: (entries) => recorded[n]?.push(...entries),
      report: (error, doing) => reports.push(`${doing}: ${error}`),
      limits,
    });
  });
  await Promise.all(loops.map((loop) => loop.start()));
  return { timing, log, bus, loops, reports, recorded, loaded };
};

export const deposit = (id: string, account = 'a', amount = 1): AccountCommand => ({
  type: 'deposit',
  id,
  account,
  amount,
});

export const nth = (loops: readonly AccountLoop[], n: number): AccountLoop => {
  const loop = loops[n];
  if (!loop) throw new Error(`there is no replica ${n}`);
  return loop;
};
