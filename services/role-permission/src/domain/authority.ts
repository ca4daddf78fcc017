import type { UserId } from '@rollcall/types/ids';
import { adminPermission } from '@rollcall/types/permissions';
import { holds } from './queries.ts';
import { type AccessState, type AccessUser, grantedUntil, heldUntil } from './state.ts';

/** Nobody gives or takes what they do not hold themselves; administrators hold everything. */
export const mayPassOn = (state: AccessState, actor: string, permission: string, now: number): boolean =>
  holds(state, actor, permission, now);

/**
 * Until when somebody may give a permission: until they no longer hold it, or may no longer grant. With a later end, a
 * right for a time would be one for good: its holder would give it to themselves once more.
 */
export const mayGiveUntil = (state: AccessState, actor: string, permission: string): number =>
  Math.min(heldUntil(state, actor, permission), heldUntil(state, actor, 'permissions.grant'));

/**
 * May somebody take power over this person, or give it back? Over an administrator only who is one at least as long:
 * whoever manages accounts does not rise above administrators by it, nor whoever stands in for one for a time. The
 * person's own grants count as if they were not suspended. The product itself may do it to anybody.
 */
export const mayRule = (state: AccessState, actor: string, person: AccessUser, now: number): boolean => {
  if (actor.startsWith('service:')) return true;
  const end = grantedUntil(person, adminPermission);
  return end <= now || end <= heldUntil(state, actor, adminPermission);
};

/** Revoking and shortening `admin` is taking power; everybody may lay down their own. */
export const mayTake = (state: AccessState, actor: string, from: UserId, permission: string, now: number): boolean => {
  if (permission !== adminPermission || actor === from) return true;
  const person = state.users.get(from);
  return person === undefined || mayRule(state, actor, person, now);
};
