import { SortedMap } from '@rollcall/event-store/sorted-map';
import type { UserId } from '@rollcall/types/ids';
import type { RecordedAccessEvent } from './events.ts';
import {
  type AccessState,
  type AccessUser,
  addedUser,
  type DefinedPermission,
  type Grant,
  undescribed,
} from './state.ts';

/**
 * The state after an event. Total: what an event says about a user or a permission that is not there, or in a word that
 * only a newer version knows, counts as an event about its subject and changes nothing else.
 */
export const evolve = (state: AccessState, recorded: RecordedAccessEvent): AccessState => {
  const { event, position } = recorded;
  return {
    ...applied(state, recorded),
    revision: position,
    subjectSequences: state.subjectSequences.set(event.subject, event.subjectSequence),
  };
};

const applied = (state: AccessState, { event, at }: RecordedAccessEvent): AccessState => {
  switch (event.type) {
    case 'access.bootstrapped':
      return { ...state, bootstrapped: true };
    case 'access.user_added':
      if (state.users.has(event.subject)) return state;
      return { ...state, users: state.users.set(event.subject, addedUser) };
    case 'permission.created':
      return withPermission(state, event.data.name, (known) => ({
        description: event.data.description,
        // Made by hand before a version had it built in: whoever holds it by then keeps it.
        holders: known?.holders ?? SortedMap.empty(),
      }));
    case 'permission.described':
      return withPermission(state, event.data.name, (known) => known && { ...known, description: event.data.after });
    case 'permission.deleted':
      // One that was made by hand and deleted before a version had it built in exists all the same.
      return withPermission(state, event.data.name, () => undescribed(event.data.name));
    case 'permission.granted': {
      const { validUntil } = event.data.after;
      return withGrant(state, event.subject, event.data.permission, {
        validUntil,
        grantedBy: event.cause.actor,
        grantedAt: at,
      });
    }
    case 'permission.revoked':
      return withGrant(state, event.subject, event.data.permission, undefined);
    case 'user.suspended':
      return withUser(state, event.subject, (user) => ({ ...user, suspended: true }));
    case 'user.restored':
      return withUser(state, event.subject, (user) => ({ ...user, suspended: false }));
    default:
      event satisfies never;
      return state;
  }
};

const withPermission = (
  state: AccessState,
  name: string,
  change: (known: DefinedPermission | undefined) => DefinedPermission | undefined,
): AccessState => {
  const changed = change(state.permissions.get(name));
  return { ...state, permissions: changed ? state.permissions.set(name, changed) : state.permissions.delete(name) };
};

const withUser = (state: AccessState, id: UserId, change: (user: AccessUser) => AccessUser): AccessState => {
  const user = state.users.get(id);
  return user ? { ...state, users: state.users.set(id, change(user)) } : state;
};

/** A grant stands with the user and with the permission, or with neither. */
const withGrant = (state: AccessState, id: UserId, name: string, grant: Grant | undefined): AccessState => {
  const user = state.users.get(id);
  const permission = state.permissions.get(name);
  if (!user || !permission) return state;
  const grants = grant ? user.grants.set(name, grant) : user.grants.delete(name);
  const holders = grant ? permission.holders.set(id, grant) : permission.holders.delete(id);
  return {
    ...state,
    users: state.users.set(id, { ...user, grants }),
    permissions: state.permissions.set(name, { ...permission, holders }),
  };
};
