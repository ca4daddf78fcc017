import type { Transaction } from '@rollcall/database/connect';
import type { Revocation } from '@rollcall/types/routes/auth/revocations';
import type { Config } from './config.ts';
import { addRevocations } from './store/revocations.ts';

/**
 * Revokes whatever was issued for sessions, or is remembered of keys and of what applications hold: the last thing of a
 * transaction. Announce what it returns once that has committed.
 *
 * @param sessions ids of sessions and of keys
 * @param tokens digests of access tokens of applications
 */
export const revokeTokens = (
  config: Pick<Config, 'accessTokenLifetimeMilliseconds'>,
  tx: Transaction,
  sessions: readonly string[],
  tokens: readonly string[] = [],
): Promise<Revocation[]> => {
  // A minute more than a token lives, for clocks that differ.
  const expiresAt = new Date(Date.now() + config.accessTokenLifetimeMilliseconds + 60_000);
  const ended = [
    ...sessions.map((value) => ({ kind: 'session' as const, value })),
    ...tokens.map((value) => ({ kind: 'token' as const, value })),
  ];
  return addRevocations(tx, ended, expiresAt);
};
