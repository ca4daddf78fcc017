import { governs, may } from './authority.ts';
import { isSuspended } from './holdings.ts';
import type { AccessState, DeletedItem } from './state.ts';

/** May somebody have back what was deleted: as who governed it, or governs what it belonged to? */
export const mayRestore = (state: AccessState, userId: string, item: DeletedItem, now: number): boolean => {
  if (may(state, userId, 'access.manage', now)) return true;
  if (isSuspended(state, userId)) return false;
  switch (item.kind) {
    case 'organization':
      return item.deletedBy === userId || item.admins.includes(userId);
    case 'team':
      return governs(state, userId, item.organizationId, now);
    case 'project':
      return item.owner.startsWith('organization:')
        ? governs(state, userId, item.owner.slice('organization:'.length), now)
        : item.owner === `user:${userId}`;
    default:
      return item satisfies never;
  }
};

/** What somebody may have back, by id, from the first after the given one on. */
export function* restorableBy(
  state: AccessState,
  userId: string,
  now: number,
  after?: string,
): Generator<DeletedItem, void, undefined> {
  for (const [, item] of state.deleted.entries(after)) if (mayRestore(state, userId, item, now)) yield item;
}
