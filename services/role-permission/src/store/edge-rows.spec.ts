import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EdgeChange } from '../domain/edges.ts';
import { edgeRowsOf } from './edge-rows.ts';

const edge = (subject: string, validUntil: string | null = null): EdgeChange => ({
  object: 'team:t',
  relation: 'member',
  subject,
  terms: { validUntil },
});
const at = (position: number, changes: { closed?: readonly EdgeChange[]; opened?: readonly EdgeChange[] }) => ({
  position,
  changes: [...(changes.closed ?? []).map((change) => ({ ...change, terms: null })), ...(changes.opened ?? [])],
});
const { terms: _, ...named } = edge('user:a');

describe('the rows of a batch', () => {
  it('begin an edge, and end what was there before in its place', () => {
    expect(edgeRowsOf([at(5, { opened: [edge('user:a', 'soon')] })])).toEqual({
      ended: [{ ...named, to_position: 5 }],
      begun: [{ ...named, from_position: 5, to_position: null, valid_until: 'soon' }],
    });
  });

  it('have an edge that begins and ends in it once, up to the position that ends it', () => {
    const batch = [at(5, { opened: [edge('user:a')] }), at(7, { closed: [edge('user:a')] })];
    expect(edgeRowsOf(batch).begun).toEqual([{ ...named, from_position: 5, to_position: 7, valid_until: null }]);
  });

  it('are, whatever begins and ends in whichever batches, what a table of one row at a time would be', () => {
    const change = fc.record({ closed: fc.subarray(['a', 'b', 'c']), opened: fc.subarray(['a', 'b', 'c']) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30, size: 'max' }), fc.integer({ min: 1, max: 8 }), (list, size) => {
        const events = list.map(({ closed, opened }, n) =>
          at(n + 1, { closed: closed.map((name) => edge(name)), opened: opened.map((name) => edge(name)) }),
        );
        const table: { subject: string; from: number; to: number | null }[] = [];
        for (let n = 0; n < events.length; n += size) {
          const { ended, begun } = edgeRowsOf(events.slice(n, n + size));
          for (const { subject, to_position } of ended) {
            for (const row of table) if (row.subject === subject) row.to ??= to_position;
          }
          for (const row of begun) table.push({ subject: row.subject, from: row.from_position, to: row.to_position });
        }
        const there = new Set<string>();
        for (const { position, changes } of events) {
          for (const { subject, terms } of changes) terms ? there.add(subject) : there.delete(subject);
          const rows = table.filter(({ from, to }) => from <= position && (to === null || position < to));
          expect(rows.map(({ subject }) => subject).toSorted()).toEqual([...there].toSorted());
        }
      }),
    );
  });
});
