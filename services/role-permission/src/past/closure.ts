import { asSubject, thingOf } from '../domain/tuples.ts';
import type { EdgeLife, EdgeQueries, Stretch } from '../store/edge-queries.ts';

/**
 * All edges that lead from a user (or userset) upwards along a stretch of the log.
 *
 * @param object when only this one is asked about: what belongs to organizations is left out but for it
 */
export const above = async (
  edges: EdgeQueries,
  user: string,
  stretch: Stretch,
  object?: string,
): Promise<readonly EdgeLife[]> => {
  const found: EdgeLife[] = [];
  const seen = new Set([user]);
  for (let open = [user]; open.length > 0; ) {
    // Of an organization as such only what it owns follows: that may be thousands of things.
    const owners = open.filter((subject) => !subject.startsWith('user:') && !subject.includes('#'));
    const others = open.filter((subject) => !owners.includes(subject));
    const rows = [
      ...(others.length > 0 ? await edges.ofSubjects(others, stretch) : []),
      ...(owners.length > 0
        ? await edges.ofSubjects(owners, stretch, object === undefined ? undefined : [object])
        : []),
    ];
    found.push(...rows);
    open = [...new Set(rows.flatMap(({ object: thing }) => [asSubject(thing)]))].filter(
      (subject) => !seen.has(subject),
    );
    for (const subject of open) seen.add(subject);
  }
  return found;
};

/** All edges that lead to these objects from below along a stretch of the log. */
export const below = async (
  edges: EdgeQueries,
  objects: readonly string[],
  stretch: Stretch,
): Promise<readonly EdgeLife[]> => {
  const found: EdgeLife[] = [];
  const seen = new Set(objects);
  for (let open = [...objects]; open.length > 0; ) {
    const rows = await edges.ofObjects(open, stretch);
    found.push(...rows);
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
    const others = under.get(edge.object);
    if (others) others.push(edge);
    else under.set(edge.object, [edge]);
  }
  const found: EdgeLife[] = [];
  const open = new Set(objects);
  // A set is iterated over what is added meanwhile, too.
  for (const object of open) {
    for (const edge of under.get(object) ?? []) {
      found.push(edge);
      open.add(thingOf(edge.subject));
    }
  }
  return found;
};
