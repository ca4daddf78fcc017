import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Edge, Edges } from '../domain/edges.ts';
import { PackedSubjects } from '../domain/packed-edges.ts';
import type { Tuple } from '../domain/tuples.ts';
import { columnsOf } from './edge-columns.ts';

const text = fc.constantFrom('a', 'b', 'c', 'd');
interface Change {
  readonly tuple: Tuple;
  readonly edge: Edge | null;
}
const change: fc.Arbitrary<Change> = fc.record({
  tuple: fc.record({
    object: text.map((id) => `team:${id}`),
    relation: fc.constantFrom('admin', 'member'),
    subject: text,
  }),
  edge: fc.option(
    fc.record({
      validUntil: fc.constantFrom(null, null, '2126-01-01T00:00:00.000Z', '2126-01-02T00:00:00.000Z'),
      grantedBy: text,
      grantedAt: fc.nat(),
      position: fc.nat(),
    }),
    { nil: null },
  ),
});
const changes = fc.array(change, { maxLength: 40, size: 'max' });

const after = (edges: Edges, list: readonly Change[]): Edges =>
  list.reduce((all, { tuple, edge }) => all.with(tuple, edge), edges);

/** All that can be asked of edges. */
const told = (edges: Edges) => {
  const texts = ['', 'a', 'b', 'c', 'd', 'e'];
  const relations = ['admin', 'member'];
  return {
    entries: [...edges.entries()],
    ending: [...edges.ending()],
    subjects: [...edges.subjects()],
    byRelation: [...edges.byRelation()].map(([key, group]) => [key, [...group.entries()]]),
    each: texts.flatMap((id) =>
      relations.flatMap((relation) => texts.map((subject) => edges.get({ object: `team:${id}`, relation, subject }))),
    ),
    subjectsOf: texts.flatMap((id) =>
      relations.flatMap((relation) =>
        [undefined, ...texts].map((from) => [...edges.subjectsOf(`team:${id}`, relation, from)]),
      ),
    ),
    of: texts.flatMap((subject) =>
      [undefined, 'team:b#admin', 'team:b#x', 'team:d#member'].flatMap((from) =>
        ['', 'team:', 'team:b', 'user:'].map((prefix) => [...edges.of(subject, prefix, from)]),
      ),
    ),
  };
};

/** Whom a relation names, and until when, as told by number. */
const byNumber = (group: unknown) =>
  group instanceof PackedSubjects
    ? Array.from(group.numbers, (number, n) => [group.texts[number], group.termsAt(n).validUntil])
    : 'not by number';

describe('edges that were written as columns', () => {
  it('tell the subjects of each relation by number as well', async () => {
    await fc.assert(
      fc.asyncProperty(changes, async (made) => {
        for (const [, group] of Edges.of(await columnsOf(after(Edges.empty, made), () => undefined)).byRelation()) {
          expect(byNumber(group)).toEqual(
            [...group.entries()].map(([subject, { validUntil }]) => [subject, validUntil]),
          );
        }
      }),
    );
  });

  it('answer as they did, and as the others do after whatever changes', async () => {
    await fc.assert(
      fc.asyncProperty(changes, changes, async (before, then) => {
        const grown = after(Edges.empty, before);
        const loaded = Edges.of(await columnsOf(grown, () => undefined));
        expect(told(loaded)).toEqual(told(grown));
        const known = told(grown);
        expect(told(after(loaded, then))).toEqual(told(after(grown, then)));
        expect(told(loaded)).toEqual(known);
      }),
      { numRuns: 60 },
    );
  });
});
