import { refuse } from '@rollcall/types/problems';
import { mayRule } from '../authority.ts';
import type { AccessFact } from '../events.ts';
import { isSuspended } from '../holdings.ts';
import type { AccessState } from '../state.ts';
import type { Facts, Moment } from './deciding.ts';
import { adminGrant } from './permissions.ts';

/** A registered person can be given rights; the first who may becomes the administrator, once per log. */
export const addUser = (state: AccessState, userId: string, mayBootstrap: boolean): Facts => {
  const user = state.users.get(userId);
  const facts: AccessFact[] = user ? [] : [{ type: 'access.user_added', subject: userId, data: {} }];
  // A suspended administrator could not be lost and could not help: there would never be another.
  if (!mayBootstrap || state.bootstrapped || user?.suspended) return facts;
  return [...facts, { type: 'access.bootstrapped', subject: userId, data: {} }, ...adminGrant(state, userId)];
};

export const appointAdmin = (state: AccessState, userId: string): Facts => {
  if (!state.users.has(userId)) return refuse('not_found');
  return isSuspended(state, userId) ? refuse('user_suspended') : adminGrant(state, userId);
};

export const suspendUser = (state: AccessState, userId: string): Facts => {
  const user = state.users.get(userId);
  if (!user) return refuse('not_found');
  return user.suspended ? [] : [{ type: 'user.suspended', subject: userId, data: {} }];
};

export const restoreUser = (state: AccessState, userId: string, { actor, now }: Moment): Facts => {
  const user = state.users.get(userId);
  if (!user) return refuse('not_found');
  if (!user.suspended) return [];
  if (actor === userId || !mayRule(state, actor, userId, now)) return refuse('forbidden');
  return [{ type: 'user.restored', subject: userId, data: {} }];
};
