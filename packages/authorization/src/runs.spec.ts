import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Runs } from './runs.ts';

const change = fc.record({ run: fc.nat(5), value: fc.integer({ min: -40, max: 40 }), adds: fc.boolean() });

const valuesOf = (runs: Runs, run: number): readonly number[] => {
  const start = runs.startOf(run);
  return [...runs.data.subarray(start, start + runs.lengthOf(run))];
};

describe('runs', () => {
  it('hold what sets would hold, sorted, whatever is added and removed in whatever order', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 800, size: 'max' }), (changes) => {
        const sets = Array.from({ length: 6 }, () => new Set<number>());
        const runs = new Runs();
        runs.reserve(6);
        for (const { run, value, adds } of changes) {
          const set = sets[run] ?? new Set();
          expect(runs.has(run, value)).toBe(set.has(value));
          expect(adds ? runs.add(run, value) : runs.remove(run, value)).toBe(adds ? !set.has(value) : set.has(value));
          if (adds) set.add(value);
          else set.delete(value);
        }
        for (const [run, set] of sets.entries()) expect(valuesOf(runs, run)).toEqual([...set].sort((a, b) => a - b));
      }),
      { numRuns: 40 },
    );
  });

  it('made of lengths and values have these, and change from then on', () => {
    const runs = Runs.of(new Int32Array([2, 0, 5]), new Int32Array([-3, 8, 1, 2, 3, 4, 5]));
    runs.add(1, 7);
    runs.add(2, 0);
    expect([0, 1, 2].map((run) => valuesOf(runs, run))).toEqual([[-3, 8], [7], [0, 1, 2, 3, 4, 5]]);
  });

  it('do not grow without end under changes that come and go', () => {
    const runs = new Runs();
    runs.reserve(100);
    for (let n = 0; n < 200_000; n++) {
      runs.add(n % 100, (n * 7_919) % 500);
      runs.remove((n * 31) % 100, (n * 104_729) % 500);
    }
    expect(runs.data.length).toBeLessThan(100 * 500 * 2);
  });
});
