import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';

export type Sql = postgres.Sql;
export type Database = PostgresJsDatabase<Record<string, never>>;
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];
/** Where a query may run: by itself, or as part of a transaction. */
export type Queryable = Database | Transaction;

export interface Connection {
  /** For statements that drizzle cannot say. Dates come back as text here. */
  readonly sql: Sql;
  readonly db: Database;
  /** Resolves when the server answers; rejects quickly when it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly url: string;
  /** Shown in `pg_stat_activity`. */
  readonly name: string;
  /** Connections at most; 5 unless told, so that every service times two replicas fits one server. */
  readonly max?: number;
  /** Plans each statement anew for its parameters: for those whose best plan depends on them, such as filters of a big table. */
  readonly planEachTime?: boolean;
}

/** Lists of any length make statements without number; those that ask for so little are few. */
const preparedParameters = 32;

/** Has what drizzle says prepared, once a connection: else each statement is described first, a round trip of its own. */
const preparing = (sql: Sql): Sql =>
  new Proxy(sql, {
    get: (target, key) => {
      if (key === 'unsafe') {
        return (statement: string, parameters: never[] = [], options: postgres.UnsafeQueryOptions = {}) =>
          target.unsafe(statement, parameters, { ...options, prepare: parameters.length <= preparedParameters });
      }
      const own: unknown = Reflect.get(target, key);
      if (typeof own !== 'function' || (key !== 'begin' && key !== 'savepoint')) return own;
      return (run: (tx: Sql) => unknown) => own((tx: Sql) => run(preparing(tx)));
    },
  });

/** Opens a pool. It connects when first used, and again by itself after an outage. */
export const connect = ({ url, name, max = 5, planEachTime = false }: ConnectOptions): Connection => {
  const sql = postgres(url, {
    max,
    connect_timeout: 2,
    // The default backs off to 20 s; a service should be back within a second of its database.
    backoff: (attempt: number) => Math.min(0.05 * 2 ** attempt, 0.5),
    idle_timeout: 60,
    // Whoever finds every connection taken is told so; a statement sent behind a slow one could not be taken back.
    queue_timeout: 2,
    max_pipeline: 0,
    onnotice: () => undefined,
    connection: {
      application_name: name,
      statement_timeout: 10_000,
      // Whoever waits for a row holds a connection that others need.
      lock_timeout: 3_000,
      // A stalled writer may not hold rows or horizons for long.
      idle_in_transaction_session_timeout: 10_000,
      ...(planEachTime ? { plan_cache_mode: 'force_custom_plan' } : {}),
    },
  });
  return {
    sql,
    db: drizzle({ client: preparing(sql) }),
    ping: async () => {
      const expired = AbortSignal.timeout(1_000);
      await Promise.race([
        sql`select 1`,
        new Promise((_, reject) => expired.addEventListener('abort', () => reject(expired.reason), { once: true })),
      ]);
    },
    close: () => sql.end({ timeout: 5 }),
  };
};
