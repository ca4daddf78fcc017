import type { Sql } from '@rollcall/database/connect';
import { createRateLimit } from '@rollcall/database/rate-limits';
import { addressKey } from '@rollcall/service-kit/client-address';
import { digestOf } from '@rollcall/service-kit/sealed-secret';

/** Counts guesses at passwords. It knows identifiers, not accounts, so it tells nothing about who exists. */
export interface SignInGuard {
  /** Counts an attempt before its password is looked at; seconds to wait when there were too many. */
  admit(identifier: string, ipAddress: string): Promise<number | undefined>;
  /** The password was right: earlier misses from there are forgotten. */
  succeeded(identifier: string, ipAddress: string): Promise<void>;
}

const quarterHour = 15 * 60;
const day = 24 * 60 * 60;

/**
 * Ten misses in a quarter of an hour from one address, and a hundred a day on one identifier from wherever (NIST SP
 * 800-63B section 3.2.2). The attempt is counted first and forgiven on success, so that guesses sent all at once
 * count as well. Sessions that exist, and their refresh, are never in the way of this: nobody is locked out who is in.
 */
export const createSignInGuard = (sql: Sql): SignInGuard => {
  const here = createRateLimit({ sql, schema: 'auth', name: 'sign_in_from', points: 10, seconds: quarterHour });
  const everywhere = createRateLimit({ sql, schema: 'auth', name: 'sign_in', points: 100, seconds: day });

  const keysOf = (identifier: string, ipAddress: string) => {
    const who = digestOf(identifier.toLowerCase());
    return { who, whoFrom: `${who}:${addressKey(ipAddress)}` };
  };

  return {
    async admit(identifier, ipAddress) {
      const { who, whoFrom } = keysOf(identifier, ipAddress);
      return (await here.count(whoFrom)) ?? (await everywhere.count(who));
    },
    async succeeded(identifier, ipAddress) {
      const { who, whoFrom } = keysOf(identifier, ipAddress);
      await Promise.all([here.reset(whoFrom), everywhere.reset(who)]);
    },
  };
};
