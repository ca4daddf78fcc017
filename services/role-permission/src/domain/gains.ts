import type { Graph } from '@rollcall/authorization/graph';
import type { GuardedGraph } from '@rollcall/authorization/guarded-graph';
import type { Tuple, TupleChange } from '@rollcall/authorization/tuple';

/** What people would be, and would no longer be, to things. */
export interface Gains {
  readonly gained: readonly Tuple[];
  readonly lost: readonly Tuple[];
  /** False when more people are concerned than were looked at. */
  readonly complete: boolean;
}

/** More people than this are not looked at: each takes a list for every relation there is. */
const mostUsers = 500;

/** Who would gain and who would lose what if tuples changed so. Those who are denied everything do neither. */
export const gainsBy = (guarded: GuardedGraph, changes: readonly TupleChange[], now: number): Gains => {
  const { graph, barred } = guarded;
  const before = concerned(graph, changes, now);
  const after = graph.applied(changes, () => concerned(graph, changes, now));
  const all = [...new Set([...before, ...after])].filter((user) => !barred.has(user)).sort();
  const users = all.slice(0, mostUsers);
  const had = users.map((user) => relationsOf(graph, user, now));
  const has = graph.applied(changes, () => users.map((user) => relationsOf(graph, user, now)));
  const differences = (these: typeof had, those: typeof had): readonly Tuple[] =>
    users.flatMap((user, n) =>
      [...(these[n] ?? [])]
        .filter(([key]) => !those[n]?.has(key))
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([, part]) => ({ user, ...part })),
    );
  return { gained: differences(has, had), lost: differences(had, has), complete: users.length === all.length };
};

/** The users who stand behind what changes. */
const concerned = (graph: Graph, changes: readonly TupleChange[], now: number): ReadonlySet<string> => {
  const users = new Set<string>();
  for (const change of changes) {
    const { user } = 'remove' in change ? change.remove : change.write;
    for (const found of behind(graph, user, now)) users.add(found);
  }
  return users;
};

const behind = (graph: Graph, user: string, now: number): readonly string[] => {
  if (user.startsWith('user:')) return [user];
  const hash = user.indexOf('#');
  // What names a thing as such gives something to those who are admins of it.
  const [object, relation] = hash < 0 ? [user, 'admin'] : [user.slice(0, hash), user.slice(hash + 1)];
  const type = graph.model.type(object.slice(0, object.indexOf(':')));
  return type?.relation(relation) ? graph.listUsers(object, relation, 'user', now).items : [];
};

type Part = Pick<Tuple, 'relation' | 'object'>;

/** All that somebody is to anything. */
const relationsOf = (graph: Graph, user: string, now: number): ReadonlyMap<string, Part> => {
  const found = new Map<string, Part>();
  for (const type of graph.model.types) {
    for (const { name: relation } of type.relations) {
      for (const object of graph.listObjects(user, relation, type.name, now).items) {
        found.set(`${object}#${relation}`, { relation, object });
      }
    }
  }
  return found;
};
