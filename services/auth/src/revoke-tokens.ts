import type { Transaction } from '@rollcall/database/connect';
import type { Revocation } from '@rollcall/types/routes/auth/revocations';
import type { Config } from './config.ts';
import { addRevocations } from './store/revocations.ts';

/**
 * Revokes whatever was issued for sessions, or is remembered of keys: the last thing of a transaction. Announce what it
 * returns once that has committed.
 */
export const revokeTokens = (config: Config, tx: Transaction, ids: readonly string[]): Promise<Revocation[]> => {
  // A minute more than a token lives, for clocks that differ.
  const expiresAt = new Date(Date.now() + config.accessTokenLifetimeMilliseconds + 60_000);
  return addRevocations(
    tx,
    ids.map((value) => ({ kind: 'session', value })),
    expiresAt,
  );
};
