import { describe, expect, it } from 'vitest';
import { DeadlineRunner } from './deadline-runner.ts';
import type { AccountEvent } from './testing/accounts.ts';
import { FaultyLog, faults } from './testing/faulty-log.ts';
import { hazards } from './testing/in-memory-peers.ts';
import { deposit, nth, startReplicas } from './testing/replicas.ts';
import { sleep } from './timing.ts';

const count = 120;
const names = Array.from({ length: count }, (_, n) => `account ${n}`);
const rival = (): { id: string; commandId: string; index: number; event: AccountEvent } => ({
  id: 'rival',
  commandId: 'rival',
  index: 0,
  event: { account: 'rival', change: 0 },
});

describe('what ends by a command whose id follows from what ends and when', () => {
  it('ends once and within a second, whatever fails and however many replicas end it', async () => {
    // Every kind of trouble, again and again, of which only a rival for the same place would end the spec itself.
    const appends = Array.from({ length: 40 }, (_, n) => faults[n % faults.length] ?? 'none').filter(
      (fault) => fault !== 'rival',
    );
    const { loops, log, timing, recorded } = await startReplicas({
      count: 3,
      hazards: Array.from({ length: 60 }, (_, n) => hazards[(n * 7) % hazards.length] ?? 'none'),
      limits: { attemptMs: 100, patienceMs: 60_000 },
      through: (inner) => new FaultyLog(inner, { appends }, rival),
    });
    for (const name of names) await nth(loops, 0).submit(deposit(`open ${name}`, name));
    await sleep(timing, 1_000);
    const opened = timing.now();
    const dueOf = (name: string): number => opened + 100 + (names.indexOf(name) % 17) * 120;

    const told = loops.map(() => 0);
    const runners = loops.map((loop, n) => {
      let seed = n + 1;
      const runner = new DeadlineRunner<string>({
        timing,
        random: () => {
          seed = (seed * 48_271) % 2_147_483_647;
          return seed / 2_147_483_647;
        },
        submit: (name, due) => loop.submit(deposit(`end ${name} ${due}`, name, -1)),
        report: () => undefined,
      });
      runner.load(names.map((name) => [name, dueOf(name)] as const));
      runner.start();
      return runner;
    });
    // As an owner does from `recorded`: by what is committed alone.
    for (let round = 0; round < 400; round++) {
      await sleep(timing, 10);
      for (const [n, entries] of recorded.entries()) {
        for (const { event } of entries.slice(told[n])) if (event.change < 0) runners[n]?.set(event.account, undefined);
        told[n] = entries.length;
      }
    }
    for (const runner of runners) runner.stop();

    const ends = log.entries.filter(({ event }) => event.change < 0);
    expect(ends.map(({ event }) => event.account).toSorted()).toEqual(names.toSorted());
    const delays = ends.map(({ event, at }) => at - dueOf(event.account));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThan(1_000);
  });
});
