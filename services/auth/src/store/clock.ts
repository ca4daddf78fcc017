import type { Queryable } from '@rollcall/database/connect';
import { sql } from 'drizzle-orm';

/** The clock that all replicas share, and that alone says what is over: milliseconds since 1970. */
const databaseNow = async (db: Queryable): Promise<number> => {
  const now = sql`extract(epoch from now()) * 1000`.mapWith(Number);
  const [row] = await db.select({ now }).from(sql`(select) one`);
  if (!row) throw new Error('the database did not say what time it is');
  return Math.floor(row.now);
};

export const databaseSeconds = async (db: Queryable): Promise<number> => Math.floor((await databaseNow(db)) / 1_000);

/** When something is over that begins now. */
export const endAfter = async (db: Queryable, milliseconds: number): Promise<Date> =>
  new Date((await databaseNow(db)) + milliseconds);
