import { Graph } from '@rollcall/authorization/graph';
import { accessWorld, largeWorld, model } from '../access-world.ts';
import { bytesHeldBy } from '../bytes-held.ts';
import { pinSelf } from '../pin.ts';
import type { Row } from '../report.ts';
import { inTurn } from '../rounds.ts';

export const measure = async (): Promise<Row> => {
  pinSelf('measured');
  const { tuples } = accessWorld(largeWorld);
  // All strings are there before: neither side is charged for them.
  const texts = new Map<string, string>();
  const shared = (text: string): string => {
    const known = texts.get(text) ?? text;
    texts.set(known, known);
    return known;
  };
  const keyed = tuples.map(({ user, relation, object }) => ({
    user: shared(user),
    key: shared(`${object}#${relation}`),
  }));
  const objects = new Set(tuples.flatMap(({ user, object }) => [object, user.split('#')[0] ?? '']));
  const names = [...objects];
  let held = 0;

  const fill = () => {
    const graph = new Graph(model);
    for (const tuple of tuples) graph.write(tuple);
    held = graph.size;
    return graph;
  };
  // With strings of its own, as the graph has them.
  const dictionary = () => {
    const own = names.map((name) => [name.slice(0, 1), name.slice(1)].join(''));
    return { numbers: new Map(own.map((name, n) => [name, n])), names: own };
  };
  const sets = (by: 'key' | 'user', named: 'key' | 'user') => {
    const all = new Map<string, Set<string>>();
    for (const tuple of keyed) {
      const own = all.get(tuple[by]);
      if (own) own.add(tuple[named]);
      else all.set(tuple[by], new Set([tuple[named]]));
    }
    return all;
  };
  const users = () => sets('key', 'user');
  const bothWays = () => [users(), sets('user', 'key')];
  const values = await inTurn({
    ours: async () => {
      const all = bytesHeldBy(fill);
      return (all - bytesHeldBy(dictionary)) / held;
    },
    users: async () => bytesHeldBy(users) / held,
    bothWays: async () => bytesHeldBy(bothWays) / held,
  });
  pinSelf('other');
  const ours = { what: 'memory a tuple, beside the dictionary of ids', unit: 'B', ours: values.ours };
  return {
    number: 3,
    title: 'Memory of a tuple',
    about: `Heap and memory outside of it after garbage collection, for ${held.toLocaleString('en')} tuples that were written one by one; with both directions, so that lists need nothing else. Neither side is charged for strings.`,
    comparisons: [
      {
        ...ours,
        baseline: 'Map<string, Set<string>> in both directions',
        theirs: values.bothWays,
        target: { atMost: 1 / 8 },
      },
      { ...ours, baseline: 'in one direction', theirs: values.users, target: { atMost: 1 / 8 } },
    ],
    cause:
      'of 15 bytes, eight are the two numbers of a tuple, in both directions, two the room that its runs have to grow into, five ' +
      'the tables of runs, objects and slots. A Set of twenty members takes 33 to 45 bytes for each; only where sets are much smaller would an ' +
      'eighth of that be above the numbers themselves.',
    floors: [{ ...ours, target: { atMost: 20 } }],
  };
};
