import { sql as statement } from 'drizzle-orm';
import type { Sql, Transaction } from './connect.ts';

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

/** The same if nobody else does it now; otherwise the work is not done, and nobody waits. */
export const withFreeAdvisoryLock = async <T>(
  sql: Sql,
  lock: number | bigint,
  work: () => Promise<T>,
): Promise<T | undefined> => {
  const connection = await sql.reserve();
  try {
    const [row] = await connection<
      { mine: boolean }[]
    >`select pg_try_advisory_lock(${lock.toString()}::bigint) as mine`;
    if (!row?.mine) return undefined;
    try {
      return await work();
    } finally {
      await connection`select pg_advisory_unlock(${lock.toString()}::bigint)`;
    }
  } finally {
    connection.release();
  }
};

/** Puts transactions that name the same thing in a line: each goes on once those before it have ended. */
export const standInLine = async (tx: Transaction, thing: string): Promise<void> => {
  await tx.execute(statement`select pg_advisory_xact_lock(hashtextextended(${thing}, 0))`);
};
