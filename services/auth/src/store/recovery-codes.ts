import type { Queryable, Transaction } from '@rollcall/database/connect';
import { and, eq, isNull, sql } from 'drizzle-orm';
import { recoveryCodes } from './tables/factors.ts';

/** New codes in place of all that there were. */
export const replaceRecoveryCodes = async (
  tx: Transaction,
  userId: string,
  digests: readonly string[],
): Promise<void> => {
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
  if (digests.length > 0) await tx.insert(recoveryCodes).values(digests.map((digest) => ({ digest, userId })));
};

const unused = (userId: string) => and(eq(recoveryCodes.userId, userId), isNull(recoveryCodes.usedAt));

/** How many are left, and since when there are these. */
export const countRecoveryCodes = async (
  db: Queryable,
  userId: string,
): Promise<{ readonly left: number; readonly createdAt: Date | null }> => {
  const [row] = await db
    .select({
      left: sql`count(*) filter (where ${recoveryCodes.usedAt} is null)`.mapWith(Number),
      createdAt: sql<string | null>`min(${recoveryCodes.createdAt})`,
    })
    .from(recoveryCodes)
    .where(eq(recoveryCodes.userId, userId));
  return { left: row?.left ?? 0, createdAt: row?.createdAt ? new Date(row.createdAt) : null };
};

/** Uses a code up: a compare-and-set; how many are left, or undefined when it is none of theirs or was used. */
export const useRecoveryCode = async (
  tx: Transaction,
  userId: string,
  digest: string,
): Promise<{ readonly left: number } | undefined> => {
  const used = await tx
    .update(recoveryCodes)
    .set({ usedAt: sql`now()` })
    .where(and(unused(userId), eq(recoveryCodes.digest, digest)))
    .returning({ digest: recoveryCodes.digest });
  return used.length === 1 ? { left: await tx.$count(recoveryCodes, unused(userId)) } : undefined;
};
