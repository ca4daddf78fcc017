import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deadlines } from './deadlines.ts';

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ add: fc.nat(30), due: fc.nat(50) }) },
  fc.record({ remove: fc.nat(30) }),
);
type Step = { readonly add: number; readonly due: number } | { readonly remove: number };

describe('deadlines', () => {
  it('are what a list sorted by time would be, whatever is added and removed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), fc.nat(50), (steps: readonly Step[], now) => {
        const model = new Map<number, number>();
        const deadlines = new Deadlines<number>();
        for (const one of steps) {
          if ('add' in one) {
            model.set(one.add, one.due);
            deadlines.add(one.add, one.due);
          } else {
            model.delete(one.remove);
            deadlines.remove(one.remove);
          }
          const least = Math.min(...model.values());
          expect(deadlines.next).toBe(model.size === 0 ? undefined : least);
        }
        const byKey = (list: readonly (readonly [number, number])[]) => list.toSorted(([a], [b]) => a - b);
        const found = deadlines.due(now);
        expect(byKey(found)).toEqual(byKey([...model].filter(([, due]) => due <= now)));
        expect(found.map(([, due]) => due)).toEqual(found.map(([, due]) => due).toSorted((a, b) => a - b));
        expect(deadlines.due(now)).toEqual(found);
      }),
    );
  });
});
