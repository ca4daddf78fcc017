import type { Sql } from '@rollcall/database/connect';
import { createRateLimit, type RateLimit } from '@rollcall/database/rate-limits';
import { addressKey } from '@rollcall/service-kit/client-address';
import type { RateClass } from '@rollcall/types/route-definition';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Requests a minute from one address. What is dear or guesses secrets is counted over all replicas. */
export const perMinute = {
  production: { sign_up: 10, sign_in: 60, mail: 10, write: 600, read: 6_000 },
  development: { sign_up: 100, sign_in: 600, mail: 100, write: 60_000, read: 600_000 },
} as const satisfies Record<string, Record<Exclude<RateClass, 'internal'>, number>>;

const shared: ReadonlySet<RateClass> = new Set(['sign_up', 'sign_in', 'mail']);

/** Counts a request; returns the seconds to wait when it was one too many. */
export type CountRequest = (rate: RateClass, address: string) => Promise<number | undefined>;

export const createRateClasses = (sql: Sql, production: boolean): CountRequest => {
  const limits = perMinute[production ? 'production' : 'development'];
  const classes = new Map<RateClass, RateLimit['count']>(
    Object.entries(limits).map(([name, points]) => {
      // The keys of `perMinute` are rate classes by its type.
      const rate = name as RateClass;
      return [rate, shared.has(rate) ? sharedLimit(sql, rate, points) : localLimit(points)];
    }),
  );
  return async (rate, address) => classes.get(rate)?.(addressKey(address));
};

const sharedLimit = (sql: Sql, name: string, points: number): RateLimit['count'] => {
  const limit = createRateLimit({ sql, schema: 'gateway', name, points, seconds: 60 });
  return (key) => limit.count(key);
};

const localLimit = (points: number): RateLimit['count'] => {
  const limiter = new RateLimiterMemory({ points, duration: 60 });
  return async (key) => {
    try {
      await limiter.consume(key);
      return undefined;
    } catch (outcome) {
      if (outcome instanceof RateLimiterRes) return Math.max(1, Math.ceil(outcome.msBeforeNext / 1000));
      throw outcome;
    }
  };
};
