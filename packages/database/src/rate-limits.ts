import { bigint, integer, type PgSchema, varchar } from 'drizzle-orm/pg-core';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Sql } from './connect.ts';

/** Counters shared by all replicas of a service; the columns are what the library expects. */
export const rateLimitsTable = (schema: PgSchema) =>
  schema.table('rate_limits', {
    key: varchar({ length: 255 }).primaryKey(),
    points: integer().notNull().default(0),
    expire: bigint({ mode: 'number' }),
  });

export interface RateLimit {
  /** Counts one; returns the seconds to wait when that was one too many, else undefined. */
  count(key: string): Promise<number | undefined>;
  /** Was one too many counted, as far as anybody knows? Counts nothing. */
  isOver(key: string): Promise<boolean>;
  /** Takes back one that was counted. */
  giveBack(key: string): Promise<void>;
  /** Forgets what was counted. */
  reset(key: string): Promise<void>;
}

export interface RateLimitOptions {
  readonly sql: Sql;
  readonly schema: string;
  /** Keeps this limit's counters apart from others of the same service. */
  readonly name: string;
  readonly points: number;
  readonly seconds: number;
  /** A reset must lift the limit on every replica at once: none of them answers from its own memory. */
  readonly liftedByReset?: boolean;
}

/** A limit of so many in so long, counted in Postgres: it holds over restarts and replicas. */
export const createRateLimit = ({ sql, schema, name, points, seconds, liftedByReset }: RateLimitOptions): RateLimit => {
  const limiter = new RateLimiterPostgres({
    storeClient: {
      query: async (statement: { text: string; values?: unknown[] } | string, values?: unknown[]) => {
        const text = typeof statement === 'string' ? statement : statement.text;
        const parameters = (typeof statement === 'string' ? values : statement.values) ?? [];
        const rows = await sql.unsafe(text, parameters as never[], { prepare: true });
        return { rows, rowCount: rows.count };
      },
    },
    storeType: 'client',
    schemaName: schema,
    tableName: 'rate_limits',
    tableCreated: true,
    keyPrefix: name,
    points,
    duration: seconds,
    // Once over the limit, this process answers from memory until the window ends: an attack costs the database nothing.
    ...(liftedByReset ? {} : { inMemoryBlockOnConsumed: points + 1 }),
    clearExpiredByTimeout: false,
  });
  return {
    async count(key) {
      try {
        await limiter.consume(key);
        return undefined;
      } catch (outcome) {
        if (outcome instanceof RateLimiterRes) return Math.max(1, Math.ceil(outcome.msBeforeNext / 1000));
        throw outcome;
      }
    },
    async isOver(key) {
      const counted = await limiter.get(key);
      return counted !== null && counted.consumedPoints > points;
    },
    async giveBack(key) {
      await limiter.reward(key);
    },
    async reset(key) {
      await limiter.delete(key);
    },
  };
};

/** Deletes counters whose time is over. */
export const deleteExpiredCounters = async (sql: Sql, schema: string): Promise<void> => {
  await sql`delete from ${sql(schema)}.rate_limits where expire < ${Date.now()}`;
};
