import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SortedMap } from './sorted-map.ts';

const key = fc.oneof(fc.integer({ min: 0, max: 400 }).map(String), fc.string({ maxLength: 3 }));
const change = fc.oneof(
  { weight: 3, arbitrary: fc.record({ set: key, value: fc.integer() }) },
  { weight: 2, arbitrary: fc.record({ delete: key }) },
);
type Change = { readonly set: string; readonly value: number } | { readonly delete: string };

const changed = (map: SortedMap<string, number>, step: Change): SortedMap<string, number> =>
  'set' in step ? map.set(step.set, step.value) : map.delete(step.delete);

const sorted = (model: ReadonlyMap<string, number>): readonly (readonly [string, number])[] =>
  [...model].sort(([a], [b]) => (a < b ? -1 : 1));

describe('a sorted map', () => {
  it('holds what a plain map would hold, in the order of its keys', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 600, size: 'max' }), (steps: readonly Change[]) => {
        const model = new Map<string, number>();
        let map = SortedMap.empty<string, number>();
        for (const step of steps) {
          map = changed(map, step);
          if ('set' in step) model.set(step.set, step.value);
          else model.delete(step.delete);
        }
        expect([...map.entries()]).toEqual(sorted(model));
        for (const step of steps) {
          const name = 'set' in step ? step.set : step.delete;
          expect(map.get(name)).toBe(model.get(name));
          expect(map.has(name)).toBe(model.has(name));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('knows how many entries it has', () => {
    let map = SortedMap.empty<string, number>();
    const sizes = [map.size];
    for (let n = 0; n < 3_000; n++) map = map.set(`${(n * 7_919) % 3_000}`, n);
    sizes.push(map.size);
    for (let n = 0; n < 1_000; n++) map = map.delete(`${n}`);
    expect([...sizes, map.size]).toEqual([0, 3_000, 2_000]);
  });

  it('goes on after any key, there or not', () => {
    fc.assert(
      fc.property(fc.array(key, { maxLength: 300, size: 'max' }), key, (keys, after) => {
        const map = keys.reduce((m, k) => m.set(k, 1), SortedMap.empty<string, number>());
        const expected = [...new Set(keys)].filter((k) => k > after).sort((a, b) => (a < b ? -1 : 1));
        expect([...map.entries(after)].map(([k]) => k)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves the map that it came from as it was', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200, size: 'max' }), fc.array(change), (before, after) => {
        const map = before.reduce(changed, SortedMap.empty<string, number>());
        const held = [...map.entries()];
        after.reduce(changed, map);
        expect([...map.entries()]).toEqual(held);
      }),
      { numRuns: 60 },
    );
  });

  it('made of sorted entries at once is the one that is made step by step, and can be changed like it', () => {
    fc.assert(
      fc.property(
        fc.array(key, { maxLength: 3_000, size: 'max' }),
        fc.array(change, { maxLength: 50 }),
        (keys, steps) => {
          const model = sorted(new Map(keys.map((k, n) => [k, n])));
          const [bulk, single] = [
            SortedMap.fromSorted(model),
            model.reduce((map, [k, value]) => map.set(k, value), SortedMap.empty<string, number>()),
          ];
          expect([...bulk.entries()]).toEqual(model);
          expect([...steps.reduce(changed, bulk).entries()]).toEqual([...steps.reduce(changed, single).entries()]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is not made of entries that are out of order or twice there', () => {
    expect(() =>
      SortedMap.fromSorted([
        ['b', 1],
        ['a', 1],
      ]),
    ).toThrow(RangeError);
    expect(() =>
      SortedMap.fromSorted([
        ['a', 1],
        ['a', 1],
      ]),
    ).toThrow(RangeError);
  });

  it('is the same map when nothing changes', () => {
    const map = SortedMap.empty<string, number>().set('a', 1);
    expect(map.set('a', 1)).toBe(map);
    expect(map.delete('b')).toBe(map);
  });

  it('takes keys in rising, falling and mixed order by the thousand', () => {
    for (const order of [(n: number) => n, (n: number) => 9_999 - n, (n: number) => (n * 7_919) % 10_000]) {
      let map = SortedMap.empty<string, number>();
      for (let n = 0; n < 10_000; n++) map = map.set(String(order(n)).padStart(5, '0'), n);
      expect([...map.entries()].map(([k]) => Number(k))).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
      for (let n = 0; n < 10_000; n++) expect(map.get(String(order(n)).padStart(5, '0'))).toBe(n);
      for (let n = 0; n < 10_000; n++) map = map.delete(String(n).padStart(5, '0'));
      expect([...map.entries()]).toEqual([]);
    }
  });
});
