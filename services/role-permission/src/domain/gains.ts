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
export const mostUsers = 500;
/** Nor is anybody else once so many relations were found: people can be thousands of things to an organization. */
const mostFound = 20_000;

/** Is somebody looked at who stands behind a subject that something is given to, or taken from? */
export type IsLookedAt = (user: string, subject: string) => boolean;

/** Who would gain and who would lose what if tuples changed so. Those who are denied everything do neither. */
export const gainsBy = (
  guarded: GuardedGraph,
  changes: readonly TupleChange[],
  now: number,
  isLookedAt: IsLookedAt,
): Gains => {
  const { graph, barred } = guarded;
  // Thousands of changes may be about the same few: an organization's teams all belong to it.
  const subjects = new Set(changes.map((change) => ('remove' in change ? change.remove : change.write).user));
  const before = concerned(graph, subjects, now, isLookedAt);
  const { all, has } = graph.applied(changes, () => {
    const after = concerned(graph, subjects, now, isLookedAt);
    const all = [...new Set([...before, ...after])].filter((user) => !barred.has(user)).sort();
    return { all, has: lookedAt(graph, all.slice(0, mostUsers), now) };
  });
  const had = lookedAt(graph, [...has.keys()], now);
  const differences = (these: typeof had, those: typeof had): readonly Tuple[] =>
    [...had.keys()].flatMap((user) =>
      [...(these.get(user) ?? [])]
        .filter(([key]) => !those.get(user)?.has(key))
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([, part]) => ({ user, ...part })),
    );
  return { gained: differences(has, had), lost: differences(had, has), complete: had.size === all.length };
};

/** What people are to things: of the first of them, until more than enough is found. */
const lookedAt = (
  graph: Graph,
  users: readonly string[],
  now: number,
): ReadonlyMap<string, ReadonlyMap<string, Part>> => {
  const looked = new Map<string, ReadonlyMap<string, Part>>();
  let found = 0;
  for (const user of users) {
    if (found >= mostFound) break;
    const relations = relationsOf(graph, user, now);
    found += relations.size;
    looked.set(user, relations);
  }
  return looked;
};

/** The users who stand behind what changes. */
const concerned = (
  graph: Graph,
  subjects: ReadonlySet<string>,
  now: number,
  isLookedAt: IsLookedAt,
): ReadonlySet<string> =>
  new Set([...subjects].flatMap((subject) => behind(graph, subject, now).filter((user) => isLookedAt(user, subject))));

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
