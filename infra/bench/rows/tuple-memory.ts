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
  const keyed = tuples.map(({ user, relation, object }) => ({ user, key: `${object}#${relation}` }));
  const keys = new Map(keyed.map(({ key }) => [key, key]));
  const userTexts = new Map(keyed.map(({ user }) => [user, user]));
  const objects = new Set(tuples.flatMap(({ user, object }) => [object, user.split('#')[0] ?? '']));
  const names = [...objects];
  let held = 0;

  const fill = () => {
    const graph = new Graph(model);
    for (const tuple of tuples) graph.write(tuple);
    held = graph.size;
    return graph;
  };
  const dictionary = () => ({ numbers: new Map(names.map((name, n) => [name, n])), names: [...names] });
  const sets = () => {
    const users = new Map<string, Set<string>>();
    for (const { user, key } of keyed) {
      const own = users.get(keys.get(key) ?? key);
      if (own) own.add(userTexts.get(user) ?? user);
      else users.set(keys.get(key) ?? key, new Set([userTexts.get(user) ?? user]));
    }
    return users;
  };
  const values = await inTurn({
    ours: async () => {
      const all = bytesHeldBy(fill);
      return (all - bytesHeldBy(dictionary)) / held;
    },
    sets: async () => bytesHeldBy(sets) / held,
  });
  pinSelf('other');
  const ours = { what: 'memory a tuple, beside the dictionary of ids', unit: 'B', ours: values.ours };
  return {
    number: 3,
    title: 'Memory of a tuple',
    about: `Heap and memory outside of it after garbage collection, for ${held.toLocaleString('en')} tuples that were written one by one; with both directions, so that lists need nothing else. Strings are there before on both sides.`,
    comparisons: [{ ...ours, baseline: 'Map<string, Set<string>>', theirs: values.sets, target: { atMost: 1 / 8 } }],
    floors: [{ ...ours, target: { atMost: 20 } }],
  };
};
