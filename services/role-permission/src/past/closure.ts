import { asSubject, thingOf, wholeOf } from '../domain/tuples.ts';
import type { EdgeLife, EdgeQueries, Stretch } from '../store/edge-queries.ts';

/**
 * All edges that lead from users (or usersets) upwards along a stretch of the log.
 *
 * @param objects when only these are asked about: what belongs to organizations is left out but for them
 */
export const above = async (
  edges: EdgeQueries,
  users: readonly string[],
  stretch: Stretch,
  objects?: readonly string[],
): Promise<readonly EdgeLife[]> => {
  const found: EdgeLife[] = [];
  const seen = new Set(users);
  for (let open = [...seen]; open.length > 0; ) {
    // Of an organization as such only what it owns follows: that may be thousands of things.
    const owners = open.filter((subject) => !subject.startsWith('user:') && !subject.includes('#'));
    const others = open.filter((subject) => subject.startsWith('user:') || subject.includes('#'));
    const rows = [
      ...(others.length > 0 ? await edges.ofSubjects(others, stretch) : []),
      ...(owners.length > 0 ? await edges.ofSubjects(owners, stretch, objects) : []),
    ];
    for (const row of rows) found.push(row);
    // Whoever is in a part of a group is in the group.
    const things = rows.flatMap(({ object }) => [object, wholeOf(object)]);
    open = [...new Set(things.flatMap(subjectsOf))].filter((subject) => !seen.has(subject));
    for (const subject of open) seen.add(subject);
  }
  return found;
};

/** As whom a thing, or those in it, may stand at the lower end of an edge: an organization itself owns, its members are asked for something. */
const subjectsOf = (thing: string): readonly string[] =>
  thing.startsWith('organization:') ? [thing, `${thing}#member`] : [asSubject(thing)];

/** All edges that lead to these objects from below along a stretch of the log. */
export const below = async (
  edges: EdgeQueries,
  objects: readonly string[],
  stretch: Stretch,
): Promise<readonly EdgeLife[]> => {
  const found: EdgeLife[] = [];
  const seen = new Set(objects);
  for (let open = [...objects]; open.length > 0; ) {
    const groups = open.filter((thing) => thing.startsWith('group:') && wholeOf(thing) === thing);
    const parts = groups.map((group) => edges.ofObjectsNamed(`${group}/`, stretch));
    const rows = (await Promise.all([edges.ofObjects(open, stretch), ...parts])).flat();
    for (const row of rows) found.push(row);
    const things = new Set(rows.map(({ subject }) => thingOf(subject)).filter((thing) => !thing.startsWith('user:')));
    open = [...things].filter((thing) => !seen.has(thing));
    for (const thing of open) seen.add(thing);
  }
  return found;
};

/** Those of some edges that are on a way up to one of these objects. */
export const leadingTo = (edges: readonly EdgeLife[], objects: readonly string[]): readonly EdgeLife[] => {
  const under = new Map<string, EdgeLife[]>();
  for (const edge of edges) {
    for (const object of new Set([edge.object, wholeOf(edge.object)])) {
      const others = under.get(object);
      if (others) others.push(edge);
      else under.set(object, [edge]);
    }
  }
  const found = new Set<EdgeLife>();
  const open = new Set(objects);
  // A set is iterated over what is added meanwhile, too.
  for (const object of open) {
    for (const edge of under.get(object) ?? []) {
      found.add(edge);
      open.add(thingOf(edge.subject));
    }
  }
  return [...found];
};
