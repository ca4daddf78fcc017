import type { Sql } from './connect.ts';

/** Runs work that nobody else who names the same lock, in whatever process, does at the same time. */
export const withAdvisoryLock = async <T>(sql: Sql, lock: number | bigint, work: () => Promise<T>): Promise<T> => {
  const connection = await sql.reserve();
  try {
    await connection`select pg_advisory_lock(${lock.toString()}::bigint)`;
    try {
      return await work();
    } finally {
      await connection`select pg_advisory_unlock(${lock.toString()}::bigint)`;
    }
  } finally {
    connection.release();
  }
};
