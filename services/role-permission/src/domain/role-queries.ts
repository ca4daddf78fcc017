import { type RoleAssignee, roleAssignee } from '@rollcall/types/roles';
import { type Edge, isCurrent } from './edges.ts';
import { isSuspended, standingsOf } from './holdings.ts';
import type { AccessState, Role } from './state.ts';
import { scopedName, thingOf, wholeOf } from './tuples.ts';

export interface ShownRole extends Role {
  readonly permissions: string[];
}

const prefixOf = (organizationId: string | undefined): string =>
  organizationId === undefined ? '' : `${organizationId}/`;

/** The roles there are everywhere, or those of an organization, by name, from the first after the given one on. */
export function* rolesOf(
  state: AccessState,
  organizationId: string | undefined,
  after?: string,
): Generator<ShownRole, void, undefined> {
  const prefix = prefixOf(organizationId);
  for (const [key] of state.roles.entries(`${prefix}${after ?? ''}`)) {
    if (!key.startsWith(prefix)) return;
    const role = state.roles.get(key)?.organizationId === (organizationId ?? null) ? findRole(state, key) : undefined;
    if (role) yield role;
  }
}

/** @param key `name`, or `<organizationId>/<name>` */
export const findRole = (state: AccessState, key: string): ShownRole | undefined => {
  const role = state.roles.get(key);
  if (!role) return undefined;
  const held = [...state.edges.of(`role:${key}#assignee`, 'permission:')];
  const permissions = held.map(([{ object }]) => object.slice(object.lastIndexOf('/') + 1).replace(/^permission:/, ''));
  return { ...role, permissions: permissions.sort() };
};

export interface Assignment {
  readonly assignee: RoleAssignee;
  readonly validUntil: string | null;
}

/** Who has a role now, by assignee, from the first after the given one on. */
export function* assigneesOf(
  state: AccessState,
  key: string,
  now: number,
  after?: string,
): Generator<Assignment & { readonly subject: string }, void, undefined> {
  for (const [subject, edge] of state.edges.subjectsOf(`role:${key}`, 'assignee', after)) {
    if (isCurrent(edge, now))
      yield { subject, assignee: roleAssignee.parse(wholeOf(thingOf(subject))), validUntil: edge.validUntil };
  }
}

export interface HeldRole {
  readonly name: string;
  readonly organizationId: string | null;
  /** `team:<id>` or `group:<id>`, if they do not have it themselves. */
  readonly via: string | null;
  readonly validUntil: string | null;
}

/** The roles that somebody has everywhere, or also within an organization; one that comes two ways is there twice. */
export const rolesHeldBy = (
  state: AccessState,
  userId: string,
  now: number,
  organizationId: string | null = null,
): readonly HeldRole[] => {
  if (isSuspended(state, userId)) return [];
  return standingsOf(state, userId).flatMap(({ via, until }): readonly HeldRole[] => {
    const last = via.at(-1);
    const role = last && state.roles.get(last[0].object.slice('role:'.length));
    const isIn = role && (role.organizationId === null || role.organizationId === organizationId);
    if (!last?.[0].object.startsWith('role:') || !isIn || now >= until) return [];
    const through = via.length > 1 ? wholeOf(via[0]?.[0].object ?? '') : null;
    const { name, organizationId: of } = role;
    return [{ name, organizationId: of, via: through, validUntil: firstEnd(via.map(([, edge]) => edge)) }];
  });
};

/** Unique among the roles that one person has, and in the order in which they are listed. */
export const keyOfHeld = ({ name, organizationId, via }: HeldRole): string =>
  `${scopedName(organizationId, name)}@${via ?? ''}`;

const firstEnd = (edges: readonly Edge[]): string | null =>
  edges
    .map(({ validUntil }) => validUntil)
    .filter((end) => end !== null)
    .sort((one, other) => Date.parse(one) - Date.parse(other))[0] ?? null;
