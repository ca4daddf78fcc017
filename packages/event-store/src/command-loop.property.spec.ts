import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Proposed } from './log.ts';
import {
  type AccountCommand,
  type AccountEvent,
  type AccountRefusal,
  type Accounts,
  accounts,
  plain,
} from './testing/accounts.ts';
import { commandsOf } from './testing/arbitrary-commands.ts';
import { type Fault, FaultyLog, faults } from './testing/faulty-log.ts';
import type { InMemoryLog } from './testing/in-memory-log.ts';
import { type Hazard, hazards } from './testing/in-memory-peers.ts';
import { nth, startReplicas } from './testing/replicas.ts';
import { sleep } from './timing.ts';
import type { Outcome } from './waiting-commands.ts';

/** `npm run faults` tries many more. */
const runs = Number(process.env.FAULTS_RUNS ?? 150);
const fault = fc.constantFrom(...faults);
const plan = fc.record({
  appends: fc.array(fault, { maxLength: 12 }),
  failingReads: fc.array(fc.boolean(), { maxLength: 8 }).map((failing) => [false, ...failing]),
});
type Plan = { readonly appends: readonly Fault[]; readonly failingReads: readonly boolean[] };
/** After so many milliseconds the log has only so much of itself left; maybe its epoch is lost with it. */
const loss = fc.record({
  after: fc.nat(80),
  kept: fc.double({ min: 0, max: 1, noNaN: true }),
  withEpoch: fc.boolean(),
});
type Loss = { readonly after: number; readonly kept: number; readonly withEpoch: boolean };

interface Trouble {
  readonly plans: readonly Plan[];
  readonly hazards: readonly Hazard[];
  readonly losses?: readonly Loss[];
}

/** Runs replicas on one log, each with its own commands and faults, until all is quiet. */
const run = async (
  { plans, hazards, losses = [] }: Trouble,
  commands: readonly (readonly AccountCommand[])[],
  limits: { readonly batchSize: number; readonly recentCommands: number },
) => {
  const logs: FaultyLog<AccountEvent>[] = [];
  const { loops, timing, log, recorded } = await startReplicas({
    count: plans.length,
    hazards,
    limits: { ...limits, attemptMs: 100, patienceMs: 60_000 },
    through: (inner, n) => {
      let rivals = 0;
      const rival = (): Proposed<AccountEvent> => {
        const id = `rival-${n}-${++rivals}`;
        return { id, commandId: id, index: 0, event: { account: 'a', change: 1 } };
      };
      const faulty = new FaultyLog(inner, plans[n] ?? {}, rival);
      logs.push(faulty);
      return faulty;
    },
  });
  const told = new Map<string, Outcome<AccountRefusal>>();
  const losing = losses.map(async ({ after, kept, withEpoch }) => {
    await sleep(timing, after);
    log.loseTail(Math.floor(log.entries.length * kept), withEpoch ? 1 : log.epoch);
  });
  await Promise.all(
    commands.flatMap((list, replica) =>
      list.map(async (command, n) => {
        await sleep(timing, n * 3);
        let outcome = await nth(loops, replica).submit(command);
        while (outcome.status === 'unavailable') {
          await sleep(timing, 50);
          outcome = await nth(loops, replica).submit(command);
        }
        told.set(command.id, outcome);
      }),
    ),
  );
  await Promise.all(losing);
  for (const faulty of logs) faulty.raiseAll();
  // Everyone polls once more, so that all have seen all.
  await sleep(timing, 3_000);
  const readings = loops.map((loop) => loop.reading);
  await Promise.all(loops.map((loop) => loop.stop()));
  return { inner: log, told, readings, recorded };
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
        fc.array(fc.constantFrom(...hazards), { maxLength: 20 }),
        fc.record({ batchSize: fc.integer({ min: 1, max: 8 }), recentCommands: fc.constantFrom(2, 1_000) }),
        async (one, other, xs, ys, hazardous, limits) => {
          const trouble = { plans: [one, other], hazards: hazardous };
          const { inner, told, readings, recorded } = await run(trouble, [xs, ys], limits);

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
          for (const reading of readings) expect(reading && plain(reading.state)).toEqual(expected);
          for (const entries of recorded) expect(entries).toEqual(inner.entries);
          let state = accounts.initialState();
          for (const entry of inner.entries) {
            state = accounts.evolve(state, entry);
            expect(state.balances.get(entry.event.account)).toBeGreaterThanOrEqual(0);
          }
        },
      ),
      { numRuns: runs },
    );
  }, 600_000);

  it('keeps what it promised in the present epoch, whatever the log loses in between (F10)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plan, { minLength: 3, maxLength: 3 }),
        fc.array(fc.constantFrom(...hazards), { maxLength: 20 }),
        fc.array(loss, { minLength: 1, maxLength: 3 }),
        fc.tuple(commandsOf('x'), commandsOf('y'), commandsOf('z')),
        async (plans, hazardous, losses, commands) => {
          const trouble = { plans, hazards: hazardous, losses };
          const { inner, told, readings } = await run(trouble, commands, { batchSize: 8, recentCommands: 1_000 });

          expect(inner.entries.map(({ position }) => position)).toEqual(inner.entries.map((_, n) => n + 1));
          expect(new Set(inner.entries.map(({ id }) => id)).size).toBe(inner.entries.length);
          const expected = plain(replayed(inner));
          for (const reading of readings) {
            expect(reading && plain(reading.state)).toEqual(expected);
            expect(reading?.epoch).toBe(inner.epoch);
          }
          for (const command of commands.flat()) {
            const outcome = told.get(command.id);
            const written = inner.entries.filter(({ commandId }) => commandId === command.id);
            if (outcome?.status !== 'accepted' || command.type === 'ensureOpen') continue;
            expect(outcome.epoch).toBeLessThanOrEqual(inner.epoch);
            if (outcome.epoch < inner.epoch) continue;
            expect(written.length).toBeGreaterThan(0);
            expect(outcome.revision).toBeGreaterThanOrEqual(written.at(-1)?.position ?? 0);
          }
        },
      ),
      { numRuns: runs },
    );
  }, 600_000);
});
