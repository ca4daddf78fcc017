import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidTuple } from './errors.ts';
import { Graph } from './graph.ts';
import { Model } from './model.ts';
import { now, questions, worlds } from './testing/arbitrary-worlds.ts';
import { graphOf } from './testing/compiled.ts';
import type { HeldTuple, TupleRun } from './tuple.ts';

type Run = TupleRun<number | undefined>;
const asTold = (end: number | undefined) => end;

const runsOf = (tuples: readonly HeldTuple[]): readonly Run[] => {
  const runs = new Map<string, { object: string; relation: string; users: [string, number | undefined][] }>();
  for (const { user, relation, object, validUntil } of tuples) {
    const run = runs.get(`${object}#${relation}`) ?? { object, relation, users: [] };
    run.users.push([user, validUntil]);
    runs.set(`${object}#${relation}`, run);
  }
  return [...runs.values()];
};

/** The same with the users of all of them by number. */
const numbered = (runs: readonly Run[]): readonly Run[] => {
  const listed = runs.map((run) => ({ ...run, users: 'numbers' in run.users ? [] : [...run.users] }));
  const texts = [...new Set(listed.flatMap(({ users }) => users.map(([user]) => user)))];
  return listed.map(({ object, relation, users }) => ({
    object,
    relation,
    users: {
      texts,
      numbers: new Int32Array(users.map(([user]) => texts.indexOf(user))),
      termsAt: (n) => users[n]?.[1],
    },
  }));
};

const lists = [
  ...new Map(
    questions.map(({ user, relation, object }) => {
      const list = [user, relation, object.slice(0, object.indexOf(':'))] as const;
      return [list.join(' '), list] as const;
    }),
  ).values(),
];

const sorted = (graph: Graph) => [...graph.tuples()].map((tuple) => JSON.stringify(tuple)).sort();

describe('a graph of many tuples at once', { timeout: 120_000 }, () => {
  it('is the one that they make when they are written one by one, now and after any change', () => {
    fc.assert(
      fc.property(worlds, fc.array(fc.nat()), fc.boolean(), ({ definition, tuples }, chosen, byNumber) => {
        const model = Model.from(definition);
        const written = new Graph(model);
        for (const tuple of tuples) written.write(tuple, tuple.validUntil);
        const runs = runsOf(tuples);
        // Some of them by number and some not, as after changes to what was loaded.
        const some = runs.length >> 1;
        const mixed = byNumber ? [...numbered(runs.slice(0, some)), ...runs.slice(some)] : runs;
        const loaded = Graph.of(model, mixed, asTold);
        const expectSame = () => {
          expect(sorted(loaded)).toEqual(sorted(written));
          expect(loaded.size).toBe(written.size);
          for (const { user, relation, object } of questions) {
            expect(loaded.check(user, relation, object, now)).toBe(written.check(user, relation, object, now));
          }
          // Lists go by the other direction.
          for (const [user, relation, type] of lists) {
            expect(loaded.listObjects(user, relation, type, now)).toEqual(
              written.listObjects(user, relation, type, now),
            );
          }
        };
        expectSame();
        const changed = chosen.flatMap((n) => tuples[n % tuples.length] ?? []);
        for (const tuple of changed) for (const graph of [written, loaded]) graph.remove(tuple);
        expectSame();
        for (const tuple of changed) for (const graph of [written, loaded]) graph.write(tuple, 150);
        expectSame();
      }),
      { numRuns: 40 },
    );
  });

  const { model } = graphOf('type user\ntype team\n  relations\n    define member: [user, team#member]', []);
  const team = (...users: readonly string[]): Run => ({
    object: 'team:red',
    relation: 'member',
    users: users.map((user) => [user, undefined]),
  });

  it('is refused when the model does not allow one of them', () => {
    const refused = [team('user:ann', 'team:red'), team('user:ann', 'user:*'), team('ann'), team('robot:ann')];
    for (const run of [...refused, ...numbered(refused)]) {
      expect(() => Graph.of(model, [run], asTold)).toThrow(InvalidTuple);
    }
    const ending = { ...team(), users: [['user:ann', Number.NaN]] as const };
    for (const run of [ending, ...numbered([ending])]) {
      expect(() => Graph.of(model, [run], asTold)).toThrow('validUntil is not a time');
    }
  });

  it('is refused when one of them comes twice', () => {
    expect(() => Graph.of(model, [team('user:ann', 'user:bob', 'user:ann')], asTold)).toThrow(
      'team:red names user:ann twice',
    );
    expect(() => Graph.of(model, [team('user:ann'), team('user:bob')], asTold)).toThrow('team:red comes twice');
  });

  it('has nothing of what names nobody', () => {
    for (const run of [team(), ...numbered([team()])]) expect(Graph.of(model, [run], asTold).size).toBe(0);
  });
});
