import { type Refusal, refuse } from '@rollcall/types/problems';
import { edgesOf } from '../domain/evolve.ts';
import { type Tuple, textOf } from '../domain/tuples.ts';
import type { EdgeLife, EdgeQueries, Stretch } from '../store/edge-queries.ts';
import type { LogQueries } from '../store/log-queries.ts';
import { at } from './facts.ts';

/** A difference is told of so many revisions at most, unless it is that of one organization. */
const longestStretch = 50_000;

export interface Difference {
  readonly added: readonly EdgeLife[];
  readonly removed: readonly EdgeLife[];
  readonly changed: readonly { readonly before: EdgeLife; readonly after: EdgeLife }[];
}

/** Everything that is part of an organization along a stretch of the log: its members, teams, projects, roles and grants. */
const partsOf = async (edges: EdgeQueries, organizationId: string, stretch: Stretch): Promise<readonly EdgeLife[]> => {
  const organization = `organization:${organizationId}`;
  const owned = await edges.ofSubjects([organization], stretch);
  const things = [organization, ...new Set(owned.map(({ object }) => object))];
  const [parts, roles, grants] = await Promise.all([
    edges.ofObjects(things, stretch),
    edges.ofObjectsNamed(`role:${organizationId}/`, stretch),
    edges.ofObjectsNamed(`permission:${organizationId}/`, stretch),
  ]);
  // What has changed its owner is a part only while it is owned.
  const isOwned = new Map(things.map((thing) => [thing, owned.filter(({ object }) => object === thing)]));
  const overlaps = (part: EdgeLife): boolean =>
    part.object === organization ||
    (isOwned.get(part.object) ?? []).some(
      ({ from, to }) => (to === null || part.from < to) && (part.to === null || from < part.to),
    );
  return [...parts.filter(overlaps), ...roles, ...grants];
};

/** Who was related to what in an organization at a position, in the order of their names. */
export const organizationAt = async (
  edges: EdgeQueries,
  organizationId: string,
  position: number,
): Promise<readonly EdgeLife[]> =>
  [...(await partsOf(edges, organizationId, { from: position, to: position }))].sort(byName);

/** What is different between two positions, everywhere or in one organization. */
export const differenceBetween = async (
  { edges, log }: { readonly edges: EdgeQueries; readonly log: LogQueries },
  stretch: Stretch,
  organizationId: string | undefined,
): Promise<Difference | Refusal> => {
  if (organizationId !== undefined) return differenceIn(await partsOf(edges, organizationId, stretch), stretch);
  if (stretch.to - stretch.from > longestStretch) {
    const detail = `more than ${longestStretch} revisions lie between`;
    return refuse('invalid_input', { errors: [{ pointer: '/query/from', detail }] });
  }
  const touched = new Map<string, Tuple>();
  for (const { event } of await log.read(stretch.from + 1, stretch.to - stretch.from)) {
    for (const { object, relation, subject } of edgesOf(event)) {
      touched.set(textOf({ object, relation, subject }), { object, relation, subject });
    }
  }
  return differenceIn(await edges.ofTuples([...touched.values()], stretch), stretch);
};

const differenceIn = (lives: readonly EdgeLife[], { from, to }: Stretch): Difference => {
  const sorted = [...lives].sort(byName);
  const before = new Map(sorted.filter(at(from)).map((life) => [textOf(life), life]));
  const after = new Map(sorted.filter(at(to)).map((life) => [textOf(life), life]));
  return {
    added: [...after].flatMap(([text, life]) => (before.has(text) ? [] : [life])),
    removed: [...before].flatMap(([text, life]) => (after.has(text) ? [] : [life])),
    changed: [...after].flatMap(([text, life]) => {
      const earlier = before.get(text);
      return earlier && earlier.validUntil !== life.validUntil ? [{ before: earlier, after: life }] : [];
    }),
  };
};

export const byName = (one: Tuple, other: Tuple): number => {
  const [a, b] = [textOf(one), textOf(other)];
  return a < b ? -1 : Number(a > b);
};
