import { describe, expect, it } from 'vitest';
import { DeadlineRunner } from './deadline-runner.ts';
import { VirtualTiming } from './testing/virtual-timing.ts';
import { sleep, type Timing } from './timing.ts';

/** So many replicas, whose ends are committed after a while, the first of each key. */
const started = (
  count: number,
  deadlines: readonly (readonly [string, number])[],
  timing: Timing = new VirtualTiming(),
) => {
  const ended = new Map<string, number[]>();
  const attempts: string[] = [];
  let takes: (key: string) => boolean = () => true;
  const runners: DeadlineRunner<string>[] = [];
  for (let n = 0; n < count; n++) {
    let seed = n + 1;
    const runner = new DeadlineRunner<string>({
      timing,
      random: () => {
        seed = (seed * 48_271) % 2_147_483_647;
        return seed / 2_147_483_647;
      },
      report: () => undefined,
      submit: async (key, due) => {
        attempts.push(key);
        await sleep(timing, 3);
        if (!takes(key)) throw new Error('no answer');
        if (ended.has(`${key}@${due}`)) return;
        ended.set(`${key}@${due}`, [timing.now() - due]);
        for (const other of runners) other.set(key, undefined);
      },
    });
    runners.push(runner);
    runner.load(deadlines);
    runner.start();
  }
  return { timing, ended, attempts, runners, takeOnly: (judge: (key: string) => boolean) => (takes = judge) };
};

const now = new VirtualTiming().now();
const many = (count: number, due: (n: number) => number) =>
  Array.from({ length: count }, (_, n) => [`k${n}`, due(n)] as const);

describe('what is due', () => {
  it('ends once and within a second, however many replicas there are, and never early', async () => {
    const { ended, timing, attempts } = started(
      3,
      many(1_500, (n) => now + (n % 97) * 31),
    );
    await sleep(timing, 5_000);
    expect(ended.size).toBe(1_500);
    const delays = [...ended.values()].flat();
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThan(1_000);
    // Most are ended by one replica before another has tried.
    expect(attempts.length).toBeLessThan(3 * 1_500);
  });

  it('ends within a second of the start when it was due while nobody ran', async () => {
    const { ended, timing } = started(
      2,
      many(5_000, (n) => now - 3_600_000 + n),
    );
    await sleep(timing, 1_000);
    expect(ended.size).toBe(5_000);
  });

  it('is ended though every timer fires early', async () => {
    const virtual = new VirtualTiming();
    const early: Timing = {
      now: () => virtual.now(),
      elapsed: () => virtual.elapsed(),
      after: (milliseconds, callback) => virtual.after(Math.max(0, milliseconds - 1), callback),
    };
    const { ended } = started(
      1,
      many(200, (n) => now + n * 7),
      early,
    );
    await sleep(virtual, 3_000);
    expect(ended.size).toBe(200);
  });

  it('is tried again until it has ended, a few times a second', async () => {
    const { ended, timing, attempts, takeOnly } = started(
      1,
      many(1, () => now),
    );
    takeOnly(() => false);
    await sleep(timing, 5_000);
    expect(ended.size).toBe(0);
    expect(attempts.length).toBeGreaterThan(8);
    expect(attempts.length).toBeLessThan(25);
    takeOnly(() => true);
    await sleep(timing, 1_000);
    expect(ended.size).toBe(1);
  });

  it('follows what is committed: later, sooner, or not at all', async () => {
    const { ended, timing, runners } = started(1, [
      ['later', now + 100],
      ['sooner', now + 60_000],
      ['never', now + 100],
    ]);
    runners[0]?.set('later', now + 10_000);
    runners[0]?.set('sooner', now + 200);
    runners[0]?.set('never', undefined);
    await sleep(timing, 1_200);
    expect([...ended.keys()]).toEqual([`sooner@${now + 200}`]);
    await sleep(timing, 10_000);
    expect([...ended.keys()]).toEqual([`sooner@${now + 200}`, `later@${now + 10_000}`]);
  });

  it('is found after the clock was set', async () => {
    const timing = new VirtualTiming();
    const { ended } = started(
      1,
      many(1, () => now + 3_600_000),
      timing,
    );
    await sleep(timing, 1_000);
    timing.skew(3_600_000);
    await sleep(timing, 1_000);
    expect(ended.size).toBe(1);
  });

  it('is left alone by a runner that has stopped', async () => {
    const { ended, timing, runners } = started(
      1,
      many(1, () => now + 100),
    );
    runners[0]?.stop();
    await sleep(timing, 1_000);
    expect(ended.size).toBe(0);
  });
});
