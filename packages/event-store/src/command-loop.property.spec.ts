import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommandLoop } from './command-loop.ts';
import type { Proposed } from './log.ts';
import {
  type AccountCommand,
  type AccountEvent,
  type Accounts,
  accountEventId,
  accounts,
  plain,
} from './testing/accounts.ts';
import { commandsOf } from './testing/arbitrary-commands.ts';
import { type Fault, FaultyLog, faults } from './testing/faulty-log.ts';
import { InMemoryLog } from './testing/in-memory-log.ts';
import { VirtualTiming } from './testing/virtual-timing.ts';
import { sleep } from './timing.ts';
import type { Outcome } from './waiting-commands.ts';

const fault = fc.constantFrom(...faults);
const plan = fc.record({
  appends: fc.array(fault, { maxLength: 12 }),
  failingReads: fc.array(fc.boolean(), { maxLength: 8 }).map((failing) => [false, ...failing]),
});
type Plan = { readonly appends: readonly Fault[]; readonly failingReads: readonly boolean[] };

/** Runs two replicas on one log, each with its own commands and faults, until all is quiet. */
const run = async (
  plans: readonly Plan[],
  commands: readonly (readonly AccountCommand[])[],
  limits: { readonly batchSize: number; readonly recentCommands: number },
) => {
  const timing = new VirtualTiming();
  const inner = new InMemoryLog<AccountEvent>(() => timing.now());
  let rivals = 0;
  const rival = (): Proposed<AccountEvent> => {
    const id = `rival-${++rivals}`;
    return { id, commandId: id, index: 0, event: { account: 'a', change: 1 } };
  };
  const logs = plans.map((faulty) => new FaultyLog(inner, faulty, rival));
  const loops = logs.map(
    (log) =>
      new CommandLoop({
        decider: accounts,
        log,
        timing,
        eventIdOf: accountEventId,
        report: () => undefined,
        limits: { ...limits, attemptMs: 100, patienceMs: 60_000 },
      }),
  );
  await Promise.all(loops.map((loop) => loop.start()));
  const told = new Map<string, Outcome<{ refused: string }>>();
  await Promise.all(
    commands.flatMap((list, replica) =>
      list.map(async (command, n) => {
        await sleep(timing, n * 3);
        const outcome = await loops[replica]?.submit(command);
        if (outcome) told.set(command.id, outcome);
      }),
    ),
  );
  for (const log of logs) log.raiseAll();
  // Everyone polls once more, so that all have seen all.
  await sleep(timing, 2_000);
  const states = loops.map((loop) => loop.reading?.state);
  await Promise.all(loops.map((loop) => loop.stop()));
  return { inner, told, states };
};

const replayed = (log: InMemoryLog<AccountEvent>): Accounts =>
  log.entries.reduce((state, entry) => accounts.evolve(state, entry), accounts.initialState());

describe('the command loop, whatever fails and whoever else writes', () => {
  it('keeps every promise about the log, the answers and the state (F07, F08)', async () => {
    await fc.assert(
      fc.asyncProperty(
        plan,
        plan,
        commandsOf('x'),
        commandsOf('y'),
        fc.record({ batchSize: fc.integer({ min: 1, max: 8 }), recentCommands: fc.constantFrom(2, 1_000) }),
        async (one, other, xs, ys, limits) => {
          const { inner, told, states } = await run([one, other], [xs, ys], limits);

          // Gapless, time never runs back, no event twice.
          expect(inner.entries.map(({ position }) => position)).toEqual(inner.entries.map((_, n) => n + 1));
          const times = inner.entries.map(({ at }) => at);
          expect(times).toEqual(times.toSorted((a, b) => a - b));
          expect(new Set(inner.entries.map(({ id }) => id)).size).toBe(inner.entries.length);

          for (const command of [...xs, ...ys]) {
            const outcome = told.get(command.id);
            const written = inner.entries.filter(({ commandId }) => commandId === command.id);
            // A command is there whole or not at all.
            expect([0, command.type === 'transfer' ? 2 : 1]).toContain(written.length);
            if (outcome?.status === 'refused') expect(written).toEqual([]);
            if (outcome?.status === 'accepted' && command.type !== 'ensureOpen') {
              expect(written.length).toBeGreaterThan(0);
              expect(outcome.revision).toBeGreaterThanOrEqual(written.at(-1)?.position ?? 0);
            }
            expect(['accepted', 'refused']).toContain(outcome?.status);
          }

          // Replay equals live on every replica; and nobody could spend what was not there.
          const expected = plain(replayed(inner));
          for (const state of states) expect(state && plain(state)).toEqual(expected);
          let state = accounts.initialState();
          for (const entry of inner.entries) {
            state = accounts.evolve(state, entry);
            expect(state.balances.get(entry.event.account)).toBeGreaterThanOrEqual(0);
          }
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);
});
