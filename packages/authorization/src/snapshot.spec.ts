import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SnapshotRefused } from './errors.ts';
import { Graph } from './graph.ts';
import { Model } from './model.ts';
import { now, questions, worlds } from './testing/arbitrary-worlds.ts';
import { graphOf, tuple } from './testing/compiled.ts';

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const mark = { revision: 7, epoch: 'first' };
const types = 'type user\ntype team\n  relations\n    define member: [user, user:*, team#member]';

describe('a snapshot', () => {
  it('gives back the same graph, whatever happened before, and can be written to', () => {
    fc.assert(
      fc.property(worlds, fc.array(fc.nat()), ({ definition, tuples }, removed) => {
        const model = Model.from(definition);
        const graph = new Graph(model);
        for (const one of tuples) graph.write(one, one.validUntil);
        const gone = removed.flatMap((n) => tuples[n % tuples.length] ?? []);
        for (const one of gone) graph.remove(one);
        const loaded = Graph.fromSnapshot(model, graph.toSnapshot(mark, digest), digest);
        expect(loaded.mark).toEqual(mark);
        for (const one of gone) for (const either of [graph, loaded.graph]) either.write(one, one.validUntil);
        const sorted = (of: Graph) => [...of.tuples()].map((one) => JSON.stringify(one)).sort();
        expect(sorted(loaded.graph)).toEqual(sorted(graph));
        expect(loaded.graph.size).toBe(graph.size);
        for (const { user, relation, object } of questions) {
          expect(loaded.graph.check(user, relation, object, now)).toBe(graph.check(user, relation, object, now));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps ids that are not of one byte a character', () => {
    const graph = graphOf(types, ['team:\u20ac#member@user:\u{1f600}', 'team:\u200bx#member@user:e\u0301']);
    const { graph: loaded } = Graph.fromSnapshot(graph.model, graph.toSnapshot(mark, digest), digest);
    expect([...loaded.tuples()]).toEqual([...graph.tuples()]);
  });

  const graph = graphOf(types, ['team:red#member@user:ann', 'team:red#member@team:blue#member']);
  graph.write(tuple('team:blue#member@user:bob'), 500);
  const bytes = graph.toSnapshot(mark, digest);

  it('is refused with any bit flipped (F32)', () => {
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = bytes.slice();
      flipped[bit >>> 3] = (flipped[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => Graph.fromSnapshot(graph.model, flipped, digest)).toThrow(SnapshotRefused);
    }
  });

  it('is refused cut anywhere, and with anything after it', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => Graph.fromSnapshot(graph.model, bytes.subarray(0, length), digest)).toThrow(SnapshotRefused);
    }
    expect(() => Graph.fromSnapshot(graph.model, new Uint8Array([...bytes, 0]), digest)).toThrow(SnapshotRefused);
  });

  it('is refused for another model', () => {
    const other = graphOf(types.replace('user:*, ', ''), []).model;
    expect(() => Graph.fromSnapshot(other, bytes, digest)).toThrow('the snapshot is of another model');
  });

  it('is read from anywhere in memory', () => {
    const within = new Uint8Array(bytes.length + 3);
    within.set(bytes, 3);
    expect(Graph.fromSnapshot(graph.model, within.subarray(3), digest).graph.size).toBe(3);
  });
});
