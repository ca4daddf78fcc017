import type { Sql } from '@rollcall/database/connect';
import { createRateLimit, type RateLimit } from '@rollcall/database/rate-limits';
import { addressKey } from '@rollcall/service-kit/client-address';
import { withinPatience } from '@rollcall/service-kit/patience';
import type { RateClass } from '@rollcall/types/route-definition';
import { createLocalLimit } from './local-limit.ts';

type CountedClass = Exclude<RateClass, 'internal'>;

/** Requests a minute from one address. What is dear or guesses secrets is counted over all replicas. */
export const perMinute = {
  production: { sign_up: 10, sign_in: 60, mail: 10, write: 600, read: 6_000 },
  development: { sign_up: 100, sign_in: 600, mail: 100, write: 60_000, read: 600_000 },
} as const satisfies Record<string, Record<CountedClass, number>>;

const shared: ReadonlySet<RateClass> = new Set(['sign_up', 'sign_in', 'mail']);
const seconds = 60;
/** A database that stands still neither answers nor hangs up. */
const patienceMilliseconds = 5_000;

/** Counts a request; returns the seconds to wait when it was one too many. */
export type CountRequest = (rate: RateClass, address: string) => Promise<number | undefined>;

type Count = (key: string) => ReturnType<RateLimit['count']> | number | undefined;

export const createRateClasses = (sql: Sql, production: boolean): CountRequest => {
  const limits = perMinute[production ? 'production' : 'development'];
  const classes = new Map<RateClass, Count>(
    Object.entries(limits).map(([name, points]) => {
      // The keys of `perMinute` are rate classes by its type.
      const rate = name as CountedClass;
      return [rate, shared.has(rate) ? sharedLimit(sql, rate, points) : createLocalLimit(points, seconds)];
    }),
  );
  return async (rate, address) => {
    const count = classes.get(rate);
    // Internal routes are not routed at all; a class without a number would be one without a limit.
    if (!count) throw new Error(`the rate class ${rate} has no limit`);
    return count(addressKey(address));
  };
};

const sharedLimit = (sql: Sql, name: string, points: number): Count => {
  const limit = createRateLimit({ sql, schema: 'gateway', name, points, seconds });
  return (key) => withinPatience(patienceMilliseconds, limit.count(key));
};
