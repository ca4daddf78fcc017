import type { Transaction } from '@rollcall/database/connect';
import type { Revocation } from '@rollcall/types/routes/auth/revocations';
import type { Config } from './config.ts';
import { endAfter } from './store/clock.ts';
import { addRevocations } from './store/revocations.ts';

/**
 * Revokes whatever was issued for sessions, or is remembered of keys and of what applications hold: the last thing of a
 * transaction. Announce what it returns once that has committed.
 *
 * @param sessions ids of sessions and of keys
 * @param tokens digests of access tokens of applications
 */
export const revokeTokens = async (
  config: Pick<Config, 'accessTokenLifetimeMilliseconds'>,
  tx: Transaction,
  sessions: readonly string[],
  tokens: readonly string[] = [],
): Promise<Revocation[]> => {
  const ended = [
    ...sessions.map((value) => ({ kind: 'session' as const, value })),
    ...tokens.map((value) => ({ kind: 'token' as const, value })),
  ];
  if (ended.length === 0) return [];
  // A minute more than a token lives, for clocks that differ; by the one that is ahead, since gateways go by theirs and what is read
  // by a gateway that has just started goes by the database's.
  const kept = config.accessTokenLifetimeMilliseconds + 60_000;
  const expiresAt = new Date(Math.max(Date.now() + kept, (await endAfter(tx, kept)).getTime()));
  return addRevocations(tx, ended, expiresAt);
};
