import { createTestDatabase } from '@rollcall/testing/test-database';
import postgres from 'postgres';
import { schemaPlan } from '../store/schema-plan.ts';

/**
 * A database with an access log for a spec: pools with the rights of the service, and one that may do anything; on the
 * server of the test run unless told.
 */
export const openLogDatabase = async (postgresUrl?: string) => {
  const database = await createTestDatabase(schemaPlan, postgresUrl);
  const open = (url: string, max: number) => {
    const pool = postgres(url, { max, onnotice: () => undefined });
    pools.push(pool);
    return pool;
  };
  const pools: postgres.Sql[] = [];
  const owner = open(database.ownerUrl, 4);
  return {
    url: database.url,
    ownerUrl: database.ownerUrl,
    owner,
    pool: (max: number) => open(database.url, max),
    /** Makes the log what it is at the very first start. */
    empty: async () => {
      await owner`truncate role_permission.events, role_permission.edges, role_permission.streams,
        role_permission.snapshots, role_permission.snapshot_parts`;
    },
    drop: async () => {
      await Promise.all(pools.map((pool) => pool.end({ timeout: 1 })));
      await database.drop();
    },
  };
};
