import type { Cause } from '@rollcall/service-kit/actor';
import { endSessionsOf } from './end-sessions.ts';
import type { Ports } from './ports.ts';
import { setDisabled } from './store/credentials.ts';
import { voidResets } from './store/password-resets.ts';

/** Shuts every door of a person and ends all sessions, or opens the doors again. False when the person is unknown. */
export const setAccess = async (ports: Ports, userId: string, enabled: boolean, cause: Cause): Promise<boolean> => {
  const revoked = await ports.events.transact(async (tx, emit) => {
    if (!(await setDisabled(tx, userId, !enabled))) return undefined;
    if (enabled) return [];
    // A link that was mailed before must not open the account once it is reactivated.
    await voidResets(tx, userId);
    return endSessionsOf(ports.config, tx, emit, userId, 'all', 'deactivated', cause);
  });
  if (revoked) ports.feed.announce(revoked);
  return revoked !== undefined;
};
