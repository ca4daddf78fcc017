import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentEntries } from './recent-entries.ts';

const filled = (capacity: number, first: number, last: number): RecentEntries<string> => {
  const recent = new RecentEntries<string>(capacity);
  for (let position = first; position <= last; position++) {
    recent.remember({ id: `${position}`, commandId: `${position}`, index: 0, event: 'x', position, at: 1 });
  }
  return recent;
};

describe('recent entries', () => {
  it('are all there is after a position, or nothing when some of it is forgotten', () => {
    const lengths = { capacity: fc.integer({ min: 1, max: 9 }), first: fc.integer({ min: 1, max: 40 }) };
    fc.assert(
      fc.property(
        fc.record({ ...lengths, count: fc.nat(60), back: fc.nat(70) }),
        ({ capacity, first, count, back }) => {
          const last = first + count;
          const from = Math.max(0, last - back);
          const found = filled(capacity, first, last).after(from);
          const isAll = found?.map(({ position }) => position).join() === range(from + 1, last).join();
          // The newest of them, as many as it has room for, are always known.
          if (back <= Math.min(capacity, count + 1)) expect(isAll).toBe(true);
          expect(found === undefined || isAll).toBe(true);
        },
      ),
    );
  });

  it('are never more than twice as many as asked for', () => {
    expect(filled(4, 1, 1_000).after(992)).toBeUndefined();
    expect(filled(4, 1, 1_000).after(996)).toHaveLength(4);
  });

  it('are none after the newest, and unknown as long as nothing is', () => {
    expect(filled(4, 1, 10).after(10)).toEqual([]);
    expect(new RecentEntries<string>(4).after(0)).toBeUndefined();
  });
});

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n);
