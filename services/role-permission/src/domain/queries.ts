import type { UserId } from '@rollcall/types/ids';
import { adminPermission } from '@rollcall/types/permissions';
import { type AccessState, endOf, type Grant, heldUntil, isBuiltIn, isCurrent } from './state.ts';

export interface Permission {
  readonly name: string;
  readonly description: string;
  readonly builtIn: boolean;
}

/** Why somebody holds a permission, as the API tells it. */
export interface Held {
  /** Granted as such, or because `admin` holds all. */
  readonly source: 'grant' | 'admin';
  readonly grantedBy: string;
  readonly grantedAt: string;
  readonly validUntil: string | null;
}

export const isKnownUser = (state: AccessState, userId: string): boolean => state.users.has(userId);

export const isSuspended = (state: AccessState, userId: string): boolean => state.users.get(userId)?.suspended === true;

/**
 * Does this user hold this permission at `now` (milliseconds since 1970), by a grant of it or of `admin`? Nobody holds
 * one that does not exist, lest a mistyped name pass for a right.
 */
export const holds = (state: AccessState, userId: string, permission: string, now: number): boolean =>
  now < heldUntil(state, userId, permission);

/** Whether anyone but this user is an administrator for good: not suspended, and by a grant without an end. */
const hasLastingAdminBeside = (state: AccessState, userId: string): boolean => {
  for (const [holder, grant] of state.permissions.get(adminPermission)?.holders.entries() ?? []) {
    if (holder !== userId && isLasting(state, holder, grant)) return true;
  }
  return false;
};

/** Is this the one administrator for good that is left? */
export const isLastAdmin = (state: AccessState, userId: string): boolean => {
  const grant = state.users.get(userId)?.grants.get(adminPermission);
  return grant !== undefined && isLasting(state, userId, grant) && !hasLastingAdminBeside(state, userId);
};

/** Every permission that exists, by name, from the first after the given name on. */
export function* listPermissions(state: AccessState, after?: string): Generator<Permission, void, undefined> {
  for (const [name, { description }] of state.permissions.entries(after)) {
    yield { name, description, builtIn: isBuiltIn(name) };
  }
}

export const findPermission = (state: AccessState, name: string): Permission | undefined => {
  const found = state.permissions.get(name);
  return found && { name, description: found.description, builtIn: isBuiltIn(name) };
};

/** What a user holds and why, by name, from the first after the given name on; nothing for one not known. */
export function* permissionsOf(
  state: AccessState,
  userId: string,
  now: number,
  after?: string,
): Generator<Held & { readonly name: string }, void, undefined> {
  const user = state.users.get(userId);
  if (user === undefined || user.suspended) return;
  const admin = currentGrant(user.grants.get(adminPermission), now);
  const names = admin ? state.permissions.entries(after) : user.grants.entries(after);
  for (const [name] of names) {
    const held = reason(name, currentGrant(user.grants.get(name), now), admin);
    if (held) yield { name, ...held };
  }
}

/** Who holds a permission and why, by user id, from the first after the given id on; nobody if it does not exist. */
export function* holdersOf(
  state: AccessState,
  permission: string,
  now: number,
  after?: string,
): Generator<Held & { readonly userId: UserId }, void, undefined> {
  const granted = state.permissions.get(permission)?.holders;
  const admins = state.permissions.get(adminPermission)?.holders;
  if (!granted || !admins) return;
  const own = permission === adminPermission ? [] : granted.entries(after);
  for (const userId of merged(own, admins.entries(after))) {
    if (isSuspended(state, userId)) continue;
    const held = reason(permission, currentGrant(granted.get(userId), now), currentGrant(admins.get(userId), now));
    if (held) yield { userId, ...held };
  }
}

const isLasting = (state: AccessState, userId: string, admin: Grant): boolean =>
  admin.validUntil === null && !isSuspended(state, userId);

const currentGrant = (grant: Grant | undefined, now: number): Grant | undefined =>
  grant && isCurrent(grant, now) ? grant : undefined;

/** The grant that keeps the permission longest is the reason; of two that last equally, the narrower one. */
const reason = (permission: string, own: Grant | undefined, admin: Grant | undefined): Held | undefined => {
  if (own && (permission === adminPermission || !admin || endOf(own) >= endOf(admin))) return held('grant', own);
  return admin && held('admin', admin);
};

const held = (source: Held['source'], { grantedBy, grantedAt, validUntil }: Grant): Held => ({
  source,
  grantedBy,
  grantedAt: new Date(grantedAt).toISOString(),
  validUntil,
});

type Keyed = Iterable<readonly [UserId, unknown]>;

/** The keys of two sorted sequences in order, each once. */
function* merged(one: Keyed, other: Keyed): Generator<UserId, void, undefined> {
  const sources = [one[Symbol.iterator](), other[Symbol.iterator]()];
  const heads = sources.map((source) => source.next());
  for (;;) {
    const keys = heads.flatMap((head) => (head.done ? [] : [head.value[0]]));
    const least = keys.reduce<UserId | undefined>((a, b) => (a === undefined || b < a ? b : a), undefined);
    if (least === undefined) return;
    yield least;
    for (const [n, source] of sources.entries()) {
      const head = heads[n];
      if (head && !head.done && head.value[0] === least) heads[n] = source.next();
    }
  }
}
