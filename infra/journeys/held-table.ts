import { waitFor } from '@rollcall/testing/wait-for';
import type { Sql } from 'postgres';

/** A table that nobody can write, so that whoever wants to stands still at a known step. */
export interface HeldTable {
  /** Resolves when a statement waits for the table. */
  isWanted(): Promise<void>;
  release(): Promise<void>;
}

/** @param table with its schema; no one but the step in question may write it */
export const holdTable = async (sql: Sql, table: string): Promise<HeldTable> => {
  const held = await sql.reserve();
  await held.unsafe(`begin; lock table ${table} in exclusive mode`);
  const isWaitedFor = async () =>
    (await sql`select from pg_locks where relation = ${table}::regclass and not granted`).length > 0;
  return {
    isWanted: async () => {
      await waitFor(`somebody to want ${table}`, isWaitedFor);
    },
    release: async () => {
      await held`commit`;
      held.release();
    },
  };
};
