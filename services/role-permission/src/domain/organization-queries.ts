import type { UserId } from '@rollcall/types/ids';
import { adminPermission } from '@rollcall/types/permissions';
import type { SecondFactorDemand } from '@rollcall/types/second-factor-demand';
import { may } from './authority.ts';
import { isCurrent } from './edges.ts';
import { holds, isSuspended } from './holdings.ts';
import type { AccessState, Times } from './state.ts';
import { secondFactorPolicy, userOf, userSubject } from './tuples.ts';

export interface Member {
  readonly userId: UserId;
  readonly admin: boolean;
  readonly validUntil: string | null;
}

/** Who belongs to an organization now, by id; the suspended too, who are members all the same. */
export const membersOf = (state: AccessState, organizationId: string, now: number): readonly Member[] =>
  (['admin', 'member'] as const)
    .flatMap((relation) =>
      [...state.edges.subjectsOf(`organization:${organizationId}`, relation)].flatMap(([subject, edge]) => {
        const userId = userOf(subject);
        if (userId === undefined || !isCurrent(edge, now)) return [];
        return [{ userId, admin: relation === 'admin', validUntil: edge.validUntil }];
      }),
    )
    .sort((one, other) => (one.userId < other.userId ? -1 : 1));

export interface Listed extends Times {
  readonly id: string;
  /** Sealed. */
  readonly name: string;
}

/** The organizations that somebody may know of, by id, from the first after the given one on. */
export function* organizationsOf(
  state: AccessState,
  userId: string,
  now: number,
  after?: string,
): Generator<Listed & { readonly admin: boolean }, void, undefined> {
  const mine = new Map<string, boolean>();
  for (const [{ object, relation }, edge] of state.edges.of(userSubject(userId), 'organization:')) {
    if (!isSuspended(state, userId) && isCurrent(edge, now)) {
      mine.set(object.slice('organization:'.length), relation === 'admin');
    }
  }
  const ids = may(state, userId, 'access.read', now)
    ? [...state.organizations.entries(after)].map(([id]) => id)
    : [...mine.keys()].filter((id) => after === undefined || id > after).sort();
  for (const id of ids) {
    const organization = state.organizations.get(id);
    if (organization) {
      const { name, createdAt, updatedAt } = organization;
      yield { id, name, createdAt, updatedAt, admin: mine.get(id) ?? false };
    }
  }
}

/** Do its members have to prove a second factor? */
export const requiresSecondFactor = (state: AccessState, organizationId: string): boolean =>
  state.edges.get(secondFactorPolicy(organizationId)) !== undefined;

/** Does somebody have to prove a second factor: for the operator, or as a member of an organization that wants one? */
export const needsSecondFactor = (
  state: AccessState,
  userId: string,
  now: number,
  wantedOf: SecondFactorDemand,
): boolean => {
  if (wantedOf === 'everybody') return true;
  if (wantedOf === 'administrators' && holds(state, userId, adminPermission, now)) return true;
  for (const [{ object }, edge] of state.edges.of(userSubject(userId), 'organization:')) {
    if (isCurrent(edge, now) && requiresSecondFactor(state, object.slice('organization:'.length))) return true;
  }
  return false;
};

/** What belongs to an organization. */
export const partsOf = (
  state: AccessState,
  organizationId: string,
): { readonly teams: readonly Listed[]; readonly projects: readonly Listed[] } => {
  const subject = `organization:${organizationId}`;
  const of = (type: string, things: { get(id: string): Omit<Listed, 'id'> | undefined }): readonly Listed[] =>
    [...state.edges.of(subject, type)].flatMap(([{ object }]) => {
      const id = object.slice(type.length);
      const thing = things.get(id);
      return thing ? [{ id, ...thing }] : [];
    });
  return { teams: of('team:', state.teams), projects: of('project:', state.projects) };
};
