import { createTestDatabase } from '@rollcall/testing/test-database';
import postgres from 'postgres';
import { schemaPlan } from '../store/schema-plan.ts';

/** A database with an access log for a spec: pools with the rights of the service, and one that may do anything. */
export const openLogDatabase = async () => {
  const database = await createTestDatabase(schemaPlan);
  const open = (url: string, max: number) => {
    const pool = postgres(url, { max, onnotice: () => undefined });
    pools.push(pool);
    return pool;
  };
  const pools: postgres.Sql[] = [];
  return {
    url: database.url,
    ownerUrl: database.ownerUrl,
    owner: open(database.ownerUrl, 4),
    pool: (max: number) => open(database.url, max),
    drop: async () => {
      await Promise.all(pools.map((pool) => pool.end({ timeout: 1 })));
      await database.drop();
    },
  };
};
