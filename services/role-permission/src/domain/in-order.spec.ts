import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inOrder } from './in-order.ts';

const sorted = fc
  .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'))
  .map((keys) => keys.toSorted().map((key) => [key, key.toUpperCase()] as const));

it('sorted lists are one, with all that stands under a key', () => {
  fc.assert(
    fc.property(fc.array(sorted), (lists) => {
      const merged = [...inOrder(lists)];
      const keys = [...new Set(lists.flat().map(([key]) => key))].sort();
      expect(merged.map(([key]) => key)).toEqual(keys);
      for (const [key, values] of merged) {
        expect(values).toEqual(lists.flat().flatMap(([other, value]) => (other === key ? [value] : [])));
      }
    }),
  );
});

it('lists are read no further than is asked for', () => {
  function* endless(): Generator<readonly [string, number], void, undefined> {
    for (let n = 100; ; n++) yield [String(n), n];
  }
  const [first, second] = inOrder([endless(), [['101', -1]]]);
  expect([first, second]).toEqual([
    ['100', [100]],
    ['101', [101, -1]],
  ]);
});
