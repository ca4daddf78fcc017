import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fixpoint } from './fixpoint.ts';
import { Graph } from './graph.ts';
import { Model } from './model.ts';
import { QuestionReader } from './question-reader.ts';
import { now, objectsOf, positiveWorlds, questions, type World, worlds } from './testing/arbitrary-worlds.ts';
import { NaiveGraph } from './testing/naive-graph.ts';
import { type HeldTuple, type Tuple, type TupleChange, textOf } from './tuple.ts';
import { TupleStore } from './tuple-store.ts';

const graphOf = ({ definition }: World, tuples: readonly HeldTuple[]): Graph => {
  const graph = new Graph(Model.from(definition));
  for (const tuple of tuples) graph.write(tuple, tuple.validUntil);
  return graph;
};

const ask = (graph: Pick<Graph, 'check'>, { user, relation, object }: Tuple): boolean =>
  graph.check(user, relation, object, now);

const allowedIn = (graph: Pick<Graph, 'check'>): readonly string[] =>
  questions.filter((question) => ask(graph, question)).map(textOf);

const bytesOf = (graph: Graph): string =>
  Buffer.from(graph.toSnapshot({ revision: 1, epoch: 'e' }, () => '')).toString('base64');

const objects = ['a', 'b'].flatMap(objectsOf);

const sample = fc.array(fc.constantFrom(...questions), { minLength: 1, maxLength: 12 });

describe('in any world, whatever its model, cycles, wildcards and ends', { timeout: 120_000 }, () => {
  it('check answers what the language means', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const naive = new NaiveGraph(world.definition, world.tuples, objects);
        expect(allowedIn(graphOf(world, world.tuples))).toEqual(allowedIn(naive));
      }),
      { numRuns: 80 },
    );
  });

  it('the way for long questions answers what the language means', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const naive = new NaiveGraph(world.definition, world.tuples, objects);
        const store = new TupleStore(Model.from(world.definition));
        for (const tuple of world.tuples) store.write(tuple, tuple.validUntil);
        const reader = new QuestionReader(store);
        const solved = questions.filter(({ user, relation, object }) => {
          const slot = reader.slotOf(object, relation, user);
          return new Fixpoint(store, { slot, user: reader.userOf(user), now }, 1_000_000).holds(slot);
        });
        expect(solved.map(textOf)).toEqual(allowedIn(naive));
      }),
      { numRuns: 80 },
    );
  });

  it('the listed objects are those for which check says yes (N48)', () => {
    fc.assert(
      fc.property(worlds, sample, (world, some) => {
        const graph = graphOf(world, world.tuples);
        for (const { user, relation, object } of some) {
          const [type = ''] = object.split(':');
          const checked = objectsOf(type).filter((name) => graph.check(user, relation, name, now));
          expect(graph.listObjects(user, relation, type, now).items).toEqual(checked);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('the listed users are those for which check says yes, but for whom the wildcard covers (N48)', () => {
    fc.assert(
      fc.property(worlds, sample, (world, some) => {
        const graph = graphOf(world, world.tuples);
        for (const { relation, object } of some) {
          for (const type of ['user', 'a']) {
            const { items } = graph.listUsers(object, relation, type, now);
            const checked = [`${type}:*`, ...objectsOf(type)].filter((name) =>
              graph.check(name, relation, object, now),
            );
            expect(checked).toEqual(expect.arrayContaining([...items]));
            if (!items.includes(`${type}:*`)) expect(items).toEqual(checked);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('an explanation allows exactly if check does', () => {
    fc.assert(
      fc.property(worlds, sample, (world, some) => {
        const graph = graphOf(world, world.tuples);
        for (const question of some) {
          const { user, relation, object } = question;
          const explanation = graph.explain(user, relation, object, now);
          expect(explanation.allowed).toBe(ask(graph, question));
          if (explanation.allowed) expect(explanation.paths).not.toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('each path of an explanation is enough by itself, where nothing is excluded', () => {
    fc.assert(
      fc.property(positiveWorlds, sample, (world, some) => {
        const graph = graphOf(world, world.tuples);
        for (const question of some) {
          const explanation = graph.explain(question.user, question.relation, question.object, now);
          for (const path of explanation.allowed ? explanation.paths : []) {
            expect(ask(graphOf(world, path), question)).toBe(true);
          }
        }
      }),
      { numRuns: 80 },
    );
  });

  it('an answer is the same whatever was asked before (N45)', () => {
    fc.assert(
      fc.property(worlds, sample, (world, some) => {
        const graph = graphOf(world, world.tuples);
        const warm = [...some, ...some].map((question) => ask(graph, question)).slice(some.length);
        expect(warm).toEqual(some.map((question) => ask(graphOf(world, world.tuples), question)));
      }),
      { numRuns: 60 },
    );
  });
});

describe('in any world, a change', { timeout: 120_000 }, () => {
  it('holds at once, and is undone by its opposite', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const half = world.tuples.slice(0, world.tuples.length >>> 1);
        const others = world.tuples.slice(half.length);
        const graph = graphOf(world, half);
        const before = [...graph.tuples()];
        const allowed = allowedIn(graph);
        for (const tuple of others) graph.write(tuple, tuple.validUntil);
        expect(graph.size).toBe(world.tuples.length);
        expect(allowedIn(graph)).toEqual(allowedIn(graphOf(world, world.tuples)));
        for (const tuple of others) graph.remove(tuple);
        expect([...graph.tuples()]).toEqual(before);
        expect(graph.size).toBe(half.length);
        expect(allowedIn(graph)).toEqual(allowed);
      }),
      { numRuns: 60 },
    );
  });

  it('that is only tried is seen while it is tried and leaves everything as it was', () => {
    fc.assert(
      fc.property(worlds, fc.array(fc.nat(), { maxLength: 10 }), fc.boolean(), (world, picks, fails) => {
        const half = world.tuples.slice(0, world.tuples.length >>> 1);
        const graph = graphOf(world, half);
        const before = bytesOf(graph);
        const changes = picks.flatMap((pick): TupleChange[] => {
          const tuple = world.tuples[pick % world.tuples.length];
          if (!tuple) return [];
          return pick % 3 === 0 ? [{ remove: tuple }] : [{ write: tuple, validUntil: 50 + (pick % 100) }];
        });
        const expected = graphOf(world, half);
        for (const change of changes) {
          if ('write' in change) expected.write(change.write, change.validUntil);
          else expected.remove(change.remove);
        }
        const tried = () =>
          graph.applied(changes, () => {
            expect(allowedIn(graph)).toEqual(allowedIn(expected));
            if (fails) throw new Error('as it may');
          });
        if (fails) expect(tried).toThrow('as it may');
        else tried();
        expect(bytesOf(graph)).toBe(before);
      }),
      { numRuns: 60 },
    );
  });
});
