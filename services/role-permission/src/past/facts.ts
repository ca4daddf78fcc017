import { Graph } from '@rollcall/authorization/graph';
import { GuardedGraph } from '@rollcall/authorization/guarded-graph';
import { adminPermission, builtInPermissions, widerPermission } from '@rollcall/types/permissions';
import type { RecordedAccessEvent } from '../domain/events.ts';
import { engineTuple, everywhere, widerThan, writtenTuple } from '../domain/graph-changes.ts';
import { isBuiltIn } from '../domain/state.ts';
import { textOf } from '../domain/tuples.ts';
import { accessModel } from '../model.ts';
import type { EdgeLife, EdgeQueries, Stretch } from '../store/edge-queries.ts';
import type { LogQueries } from '../store/log-queries.ts';
import { above, below, leadingTo } from './closure.ts';

/** Whom or what a question is about, or both. */
export interface Question {
  readonly user?: string;
  readonly object?: string;
}

/** Whom or what several are about that are answered by the same facts: all name users, or none does; so with objects. */
interface Questions {
  readonly users: readonly string[] | undefined;
  readonly objects: readonly string[] | undefined;
}

interface Sources {
  readonly edges: EdgeQueries;
  readonly log: LogQueries;
}

/** Something that holds from a position on, up to another. */
export interface Life {
  readonly from: number;
  readonly to: number | null;
}

/** Was it so at a position? */
export const at =
  (position: number) =>
  ({ from, to }: Life): boolean =>
    from <= position && (to === null || position < to);

/** All that the answer to a question depended on along a stretch of the log. */
export class Facts {
  readonly stretch: Stretch;
  readonly edges: readonly EdgeLife[];
  /** Of users that were suspended, by user. */
  readonly suspensions: ReadonlyMap<string, readonly Life[]>;
  /** Of the permissions that matter, by name. */
  readonly permissions: ReadonlyMap<string, readonly Life[]>;

  private constructor(facts: Pick<Facts, 'stretch' | 'edges' | 'suspensions' | 'permissions'>) {
    this.stretch = facts.stretch;
    this.edges = facts.edges;
    this.suspensions = facts.suspensions;
    this.permissions = facts.permissions;
  }

  static of(sources: Sources, { user, object }: Question, stretch: Stretch): Promise<Facts> {
    const listed = (one: string | undefined) => (one === undefined ? undefined : [one]);
    return Facts.#read(sources, { users: listed(user), objects: listed(object) }, stretch);
  }

  /** Those for several checks: read at once, however many they are. */
  static ofAll(sources: Sources, checks: readonly Required<Question>[], stretch: Stretch): Promise<Facts> {
    const users = [...new Set(checks.map(({ user }) => user))];
    return Facts.#read(sources, { users, objects: [...new Set(checks.map(({ object }) => object))] }, stretch);
  }

  static async #read({ edges, log }: Sources, asked: Questions, stretch: Stretch): Promise<Facts> {
    const { objects } = asked;
    const found = await waysIn(edges, asked, stretch);
    const users = new Set(asked.users ?? found.map(({ subject }) => subject));
    const names = namesIn(found, objects ?? []);
    const [suspensions, permissions] = await Promise.all([
      suspensionsOf(log, users, stretch.to),
      // Whoever held admin held all that there was.
      asked.users !== undefined && objects === undefined && names.has(adminPermission)
        ? allPermissions(log, stretch.to)
        : permissionsOf(log, names, stretch.to),
    ]);
    return new Facts({ stretch, edges: found, suspensions, permissions });
  }

  /** The graph that is made of what was so at one time. */
  graph(wasSo: (life: Life) => boolean): GuardedGraph {
    const someSo = (lives: ReadonlyMap<string, readonly Life[]>): readonly string[] =>
      [...lives].flatMap(([name, of]) => (of.some(wasSo) ? [name] : []));
    const graph = new GuardedGraph(new Graph(accessModel), {
      barred: someSo(this.suspensions),
      standIn: widerPermission,
    });
    const edges = this.edges.filter(wasSo);
    graph.apply(edges.map((edge) => writtenTuple(edge, edge)));
    // By these, what was held everywhere was held in each organization, everything by administrators, and what groups were given by their parts.
    const names = someSo(this.permissions).filter((name) => name !== adminPermission);
    const wider = [...names.map(everywhere), ...edges.flatMap((edge) => widerThan(edge) ?? [])];
    const distinct = new Map(wider.map((tuple) => [textOf(tuple), tuple]));
    graph.apply([...distinct.values()].map((tuple) => ({ write: engineTuple(tuple) })));
    return graph;
  }

  /** Where any of it began or ended after a position. */
  turnsAfter(position: number): readonly number[] {
    const lives = [...this.edges, ...[...this.suspensions.values(), ...this.permissions.values()].flat()];
    const turns = lives.flatMap(({ from, to }) => (to === null ? [from] : [from, to]));
    return [...new Set(turns)].filter((turn) => turn > position && turn <= this.stretch.to).sort((a, b) => a - b);
  }
}

/** The edges that a question is about: all above a user, all below an object, or those from the one to the other. */
const waysIn = async (
  edges: EdgeQueries,
  { users, objects }: Questions,
  stretch: Stretch,
): Promise<readonly EdgeLife[]> => {
  const wider = (objects ?? []).flatMap(widerNames).map((name) => `permission:${name}`);
  const roots = [...new Set([...(objects ?? []), ...wider])];
  if (users === undefined) return below(edges, roots, stretch);
  const found = await above(edges, users, stretch, objects);
  if (objects !== undefined) return leadingTo(found, roots);
  const known = new Set(found.map(lifeKey));
  const within = await heldWithin(edges, found, stretch);
  return [...found, ...within.filter((edge) => !known.has(lifeKey(edge)))];
};

const lifeKey = (edge: EdgeLife): string => `${textOf(edge)} ${edge.from}`;

/** What somebody held everywhere they held in each organization where anybody was given it: by these edges it is known there. */
const heldWithin = async (
  edges: EdgeQueries,
  found: readonly EdgeLife[],
  stretch: Stretch,
): Promise<readonly EdgeLife[]> => {
  const names = [...new Set(found.flatMap(({ object }) => nameOf(object) ?? []))].filter((name) => !name.includes('/'));
  if (names.length === 0) return [];
  return edges.ofPermissionsWithin(names.includes(adminPermission) ? undefined : names, stretch);
};

const nameOf = (object: string): string | undefined =>
  object.startsWith('permission:') ? object.slice('permission:'.length) : undefined;

/** The permissions of which one is enough for another: itself everywhere, and `admin`. */
const widerNames = (object: string): readonly string[] => {
  const name = nameOf(object);
  return name === undefined ? [] : [name.slice(name.indexOf('/') + 1), adminPermission];
};

const namesIn = (edges: readonly EdgeLife[], objects: readonly string[]): ReadonlySet<string> => {
  const all = [...edges.map((edge) => edge.object), ...objects];
  return new Set(all.flatMap((one) => nameOf(one)?.replace(/^[^/]*\//, '') ?? []));
};

/** When something was so, by the entries that began and ended it. */
const livesIn = (entries: readonly RecordedAccessEvent[], begins: string): readonly Life[] => {
  const lives: Life[] = [];
  let since: number | undefined;
  for (const { position, event } of entries) {
    if (event.type === begins) since ??= position;
    else if (since !== undefined) {
      lives.push({ from: since, to: position });
      since = undefined;
    }
  }
  return since === undefined ? lives : [...lives, { from: since, to: null }];
};

const suspensionsOf = async (log: LogQueries, subjects: ReadonlySet<string>, upTo: number) => {
  const users = [...subjects].filter((subject) => subject.startsWith('user:')).map((subject) => subject.slice(5));
  const entries = await log.about(users, ['user.suspended', 'user.restored'], upTo);
  return new Map(
    [...bySubject(entries)].map(([user, own]) => [`user:${user}`, livesIn(own, 'user.suspended')] as const),
  );
};

const definitions = ['permission.created', 'permission.deleted'];
const always: readonly Life[] = [{ from: 0, to: null }];

const livesOfPermissions = (entries: readonly RecordedAccessEvent[], names: Iterable<string>) => {
  const found = bySubject(entries);
  return new Map(
    [...names].map(
      (name) => [name, isBuiltIn(name) ? always : livesIn(found.get(name) ?? [], 'permission.created')] as const,
    ),
  );
};

const permissionsOf = async (log: LogQueries, names: ReadonlySet<string>, upTo: number) =>
  livesOfPermissions(await log.about([...names], definitions, upTo), names);

const allPermissions = async (log: LogQueries, upTo: number) => {
  const entries = await log.ofTypes(definitions, upTo);
  return livesOfPermissions(
    entries,
    new Set([...Object.keys(builtInPermissions), ...entries.map(({ event }) => event.subject)]),
  );
};

const bySubject = (entries: readonly RecordedAccessEvent[]): ReadonlyMap<string, readonly RecordedAccessEvent[]> => {
  const found = new Map<string, RecordedAccessEvent[]>();
  for (const entry of entries) found.set(entry.event.subject, [...(found.get(entry.event.subject) ?? []), entry]);
  return found;
};
