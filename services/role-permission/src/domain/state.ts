import { SortedMap } from '@rollcall/event-store/sorted-map';
import type { UserId } from '@rollcall/types/ids';
import { adminPermission, builtInPermissions } from '@rollcall/types/permissions';

export interface Grant {
  /** As it was asked for: ISO 8601 in UTC; null for a grant that lasts. */
  readonly validUntil: string | null;
  readonly grantedBy: string;
  /** Milliseconds since 1970, by the log's clock. */
  readonly grantedAt: number;
}

export interface AccessUser {
  readonly suspended: boolean;
  readonly grants: SortedMap<string, Grant>;
}

export interface DefinedPermission {
  readonly description: string;
  readonly holders: SortedMap<UserId, Grant>;
}

/** The fold of the access log. Never changed in place: whoever holds a state may keep it. */
export interface AccessState {
  /** Position of the newest event. */
  readonly revision: number;
  readonly bootstrapped: boolean;
  readonly users: SortedMap<UserId, AccessUser>;
  readonly permissions: SortedMap<string, DefinedPermission>;
  /**
   * How many events there were about each subject. A user and a permission may bear the same name, and consumers count
   * by name alone: so does this.
   */
  readonly subjectSequences: SortedMap<string, number>;
}

export const addedUser: AccessUser = { suspended: false, grants: SortedMap.empty() };

const builtInDescriptions: ReadonlyMap<string, string> = new Map(Object.entries(builtInPermissions));

export const isBuiltIn = (permission: string): boolean => builtInDescriptions.has(permission);

/** What a permission is when no event has said anything about it: there if it is built in. */
export const undescribed = (permission: string): DefinedPermission | undefined => {
  const description = builtInDescriptions.get(permission);
  return description === undefined ? undefined : { description, holders: SortedMap.empty() };
};

/**
 * The state before any event. It has the built-in permissions, so that those of a later version exist in every log
 * that is older than it.
 */
export const initialState = (): AccessState => ({
  revision: 0,
  bootstrapped: false,
  users: SortedMap.empty(),
  permissions: [...builtInDescriptions.keys()].reduce<SortedMap<string, DefinedPermission>>((permissions, name) => {
    const defined = undescribed(name);
    return defined ? permissions.set(name, defined) : permissions;
  }, SortedMap.empty()),
  subjectSequences: SortedMap.empty(),
});

const longPast = Number.NEGATIVE_INFINITY;

/** When what was granted ends, in milliseconds since 1970. Whatever cannot be read as a time has passed. */
export const endOf = ({ validUntil }: Pick<Grant, 'validUntil'>): number => {
  if (validUntil === null) return Number.POSITIVE_INFINITY;
  const end = Date.parse(validUntil);
  return Number.isNaN(end) ? longPast : end;
};

/** Does a grant still count? Expiry needs no event. */
export const isCurrent = (grant: Grant, now: number): boolean => now < endOf(grant);

/** When the last grant of a permission, or of `admin`, ends for a user, suspended or not; long past if there is none. */
export const grantedUntil = ({ grants }: AccessUser, permission: string): number => {
  const [own, admin] = [grants.get(permission), grants.get(adminPermission)];
  return Math.max(own ? endOf(own) : longPast, admin ? endOf(admin) : longPast);
};

/** {@link grantedUntil} for whoever may use it: nobody who is suspended, and nothing that does not exist. */
export const heldUntil = (state: AccessState, userId: string, permission: string): number => {
  const user = state.users.get(userId);
  const isUsable = user !== undefined && !user.suspended && state.permissions.has(permission);
  return isUsable ? grantedUntil(user, permission) : longPast;
};
