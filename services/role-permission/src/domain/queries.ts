import type { UserId } from '@rollcall/types/ids';
import { adminPermission } from '@rollcall/types/permissions';
import { type Edge, endOf } from './edges.ts';
import { isMember, isSuspended, type Standing, type Step, standingsOf, usersOf } from './holdings.ts';
import { type AccessState, isBuiltIn } from './state.ts';
import { scopedName, type Tuple, userOf, wholeOf } from './tuples.ts';

export interface Permission {
  readonly name: string;
  readonly description: string;
  readonly builtIn: boolean;
}

/** One way in which somebody holds a permission. */
export interface Source {
  /** Granted as such, by a team, group or role, or because `admin` holds all; in a way that the asker is not told. */
  readonly source: 'grant' | 'team' | 'group' | 'role' | 'admin' | 'elsewhere';
  /** The teams, groups and roles it comes by, from the person on: `group:<id>`, `role:<name>`. */
  readonly via: string[];
  readonly organizationId: string | null;
  readonly grantedBy: string | null;
  readonly grantedAt: string | null;
  /** When the first of all that it takes ends. */
  readonly validUntil: string | null;
}

/** Why somebody holds a permission, as the API tells it: the way that lasts longest, and all ways. */
export interface Held extends Source {
  readonly sources: Source[];
}

/** Every permission that exists, by name, from the first after the given name on. */
export function* listPermissions(state: AccessState, after?: string): Generator<Permission, void, undefined> {
  for (const [name, description] of state.permissions.entries(after)) {
    yield { name, description, builtIn: isBuiltIn(name) };
  }
}

export const findPermission = (state: AccessState, name: string): Permission | undefined => {
  const description = state.permissions.get(name);
  return description === undefined ? undefined : { name, description, builtIn: isBuiltIn(name) };
};

export const isKnownUser = (state: AccessState, userId: string): boolean => state.users.has(userId);

/**
 * What a user holds and why, by name, from the first after the given name on, everywhere and within an organization if
 * one is named; nothing for one not known.
 */
export function* permissionsOf(
  state: AccessState,
  userId: string,
  now: number,
  {
    after,
    organizationId = null,
  }: { readonly after?: string | undefined; readonly organizationId?: string | null } = {},
): Generator<Held & { readonly name: string }, void, undefined> {
  if (!state.users.has(userId) || isSuspended(state, userId)) return;
  const standings = standingsOf(state, userId).filter(({ until }) => now < until);
  const waysTo = waysOf(state, standings, organizationId, now);
  const names = waysTo.has(adminPermission)
    ? [...state.permissions.entries(after)].map(([name]) => name)
    : [...waysTo.keys()].filter((name) => after === undefined || name > after).sort();
  for (const name of names) {
    const held = heldBy(name, waysTo.get(name) ?? [], waysTo.get(adminPermission) ?? []);
    if (held && state.permissions.has(name)) yield { name, ...held };
  }
}

/** Who holds a permission everywhere and why, by user id, from the first after the given id on; nobody if it does not exist. */
export function* holdersOf(
  state: AccessState,
  permission: string,
  now: number,
  after?: string,
): Generator<Held & { readonly userId: UserId }, void, undefined> {
  if (!state.permissions.has(permission)) return;
  const found = new Set<UserId>();
  for (const name of new Set([permission, adminPermission])) {
    for (const [subject] of state.edges.subjectsOf(`permission:${name}`, 'holder')) {
      for (const [userId] of usersOf(state, subject)) found.add(userId);
    }
  }
  yield* holdersAmong(state, found, permission, now, { after, organizationId: null });
}

/** The members of an organization who hold a permission within it, in the same way. */
export function* holdersWithin(
  state: AccessState,
  organizationId: string,
  permission: string,
  now: number,
  after?: string,
): Generator<Held & { readonly userId: UserId }, void, undefined> {
  const members = new Set<UserId>();
  for (const relation of ['admin', 'member']) {
    for (const [subject] of state.edges.subjectsOf(`organization:${organizationId}`, relation)) {
      const userId = userOf(subject);
      if (userId !== undefined && isMember(state, organizationId, userId, now)) members.add(userId);
    }
  }
  yield* holdersAmong(state, members, permission, now, { after, organizationId });
}

function* holdersAmong(
  state: AccessState,
  userIds: ReadonlySet<UserId>,
  permission: string,
  now: number,
  { after, organizationId }: { readonly after: string | undefined; readonly organizationId: string | null },
): Generator<Held & { readonly userId: UserId }, void, undefined> {
  for (const userId of [...userIds].filter((id) => after === undefined || id > after).sort()) {
    if (isSuspended(state, userId)) continue;
    const standings = standingsOf(state, userId).filter(({ until }) => now < until);
    const waysTo = waysOf(state, standings, organizationId, now, [permission, adminPermission]);
    const held = heldBy(permission, waysTo.get(permission) ?? [], waysTo.get(adminPermission) ?? []);
    if (held) yield { userId, ...held };
  }
}

/** A way to a permission: the grant, and how it is somebody's. */
interface Way {
  readonly grant: Step;
  readonly standing: Standing;
  readonly until: number;
}

/** The ways that count now, by the permission's name. */
const waysOf = (
  state: AccessState,
  standings: readonly Standing[],
  organizationId: string | null,
  now: number,
  names?: readonly string[],
): ReadonlyMap<string, readonly Way[]> => {
  const ways = new Map<string, Way[]>();
  const add = (grant: Step, standing: Standing): void => {
    const { name, within } = permissionIn(grant[0]);
    const until = Math.min(standing.until, endOf(grant[1]));
    if (now >= until || (within !== null && within !== organizationId)) return;
    ways.set(name, [...(ways.get(name) ?? []), { grant, standing, until }]);
  };
  for (const standing of standings) {
    if (names === undefined) {
      for (const grant of state.edges.of(standing.subject, 'permission:')) add(grant, standing);
      continue;
    }
    const scoped = organizationId === null ? [] : names.map((name) => scopedName(organizationId, name));
    for (const name of new Set([...names, ...scoped])) {
      const tuple = { object: `permission:${name}`, relation: 'holder', subject: standing.subject };
      const edge = state.edges.get(tuple);
      if (edge) add([tuple, edge], standing);
    }
  }
  return ways;
};

const permissionIn = ({ object }: Tuple): { readonly name: string; readonly within: string | null } => {
  const name = object.slice('permission:'.length);
  const slash = name.indexOf('/');
  return slash < 0 ? { name, within: null } : { name: name.slice(slash + 1), within: name.slice(0, slash) };
};

/** Of two ways that last equally the narrower one comes first, and what is granted as such before what comes by others. */
const heldBy = (permission: string, own: readonly Way[], admin: readonly Way[]): Held | undefined => {
  const further = permission === adminPermission ? [] : admin;
  const sources = [
    ...own.map((way) => ({ way, source: sourceOf(way) })),
    ...further.map((way) => ({ way, source: 'admin' as const })),
  ]
    .toSorted((one, other) => (one.way.until === other.way.until ? 0 : other.way.until - one.way.until))
    .map(({ way, source }) => told(way, source));
  const [first] = sources;
  return first && { ...first, sources };
};

const elsewhere: Source = {
  source: 'elsewhere',
  via: [],
  organizationId: null,
  grantedBy: null,
  grantedAt: null,
  validUntil: null,
};

/** Why somebody holds a permission, as the admins of an organization are told it: what was not given within it is one way that says nothing else. */
export const heldWithin = <Row extends Held>(row: Row, organizationId: string): Row => {
  const own = row.sources.filter((source) => source.organizationId === organizationId);
  const sources = own.length < row.sources.length ? [...own, elsewhere] : own;
  return { ...row, ...(sources[0] ?? elsewhere), sources };
};

const sourceOf = ({ standing }: Way): Source['source'] => {
  const nearest = standing.via.at(-1)?.[0].object ?? '';
  if (nearest.startsWith('team:')) return 'team';
  if (nearest.startsWith('group:')) return 'group';
  return nearest.startsWith('role:') ? 'role' : 'grant';
};

const told = ({ grant: [tuple, edge], standing, until }: Way, source: Source['source']): Source => ({
  source,
  via: standing.via.map(([{ object }]) => wholeOf(object)),
  organizationId: permissionIn(tuple).within,
  grantedBy: edge.grantedBy,
  grantedAt: new Date(edge.grantedAt).toISOString(),
  validUntil: endAsAsked(until, [edge, ...standing.via.map(([, step]) => step)]),
});

/** The first end of all, as it was asked for. */
const endAsAsked = (until: number, edges: readonly Edge[]): string | null =>
  edges.find((edge) => endOf(edge) === until)?.validUntil ?? null;
