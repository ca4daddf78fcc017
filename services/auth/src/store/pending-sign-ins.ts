import type { Queryable, Transaction } from '@rollcall/database/connect';
import { and, eq, gt, isNull, lt, sql } from 'drizzle-orm';
import { pendingSignIns } from './tables/sessions.ts';

export type PendingSignIn = typeof pendingSignIns.$inferSelect;
export type NewPendingSignIn = Pick<
  PendingSignIn,
  'tokenDigest' | 'userId' | 'methods' | 'passwordSetAt' | 'replaces' | 'expiresAt'
>;

/** After so many wrong codes whoever tries has to know the password once more. */
const missesAtMost = 5;

export const insertPendingSignIn = async (db: Queryable, pending: NewPendingSignIn): Promise<void> => {
  await db.insert(pendingSignIns).values(pending);
};

const open = (tokenDigest: string) =>
  and(
    eq(pendingSignIns.tokenDigest, tokenDigest),
    isNull(pendingSignIns.usedAt),
    gt(pendingSignIns.expiresAt, sql`now()`),
    lt(pendingSignIns.misses, missesAtMost),
  );

/** One that may still be completed. */
export const findPendingSignIn = async (db: Queryable, tokenDigest: string): Promise<PendingSignIn | undefined> => {
  const [pending] = await db.select().from(pendingSignIns).where(open(tokenDigest));
  return pending;
};

/** Counts an attempt before it is judged, so that those that are sent all at once count as well; undefined when it is over. */
export const tryPendingSignIn = async (db: Queryable, tokenDigest: string): Promise<PendingSignIn | undefined> => {
  const [pending] = await db
    .update(pendingSignIns)
    .set({ misses: sql`${pendingSignIns.misses} + 1` })
    .where(open(tokenDigest))
    .returning();
  return pending;
};

/** Lets nobody else complete it until the transaction ends; false when somebody has, or it is over. */
export const holdPendingSignIn = async (tx: Transaction, tokenDigest: string): Promise<boolean> => {
  const held = await tx
    .select({ tokenDigest: pendingSignIns.tokenDigest })
    .from(pendingSignIns)
    .where(
      and(
        eq(pendingSignIns.tokenDigest, tokenDigest),
        isNull(pendingSignIns.usedAt),
        gt(pendingSignIns.expiresAt, sql`now()`),
      ),
    )
    .for('update');
  return held.length === 1;
};

/** Uses one up that is held. */
export const closePendingSignIn = async (tx: Transaction, tokenDigest: string): Promise<true> => {
  await tx.update(pendingSignIns).set({ usedAt: sql`now()` }).where(eq(pendingSignIns.tokenDigest, tokenDigest));
  return true;
};

export const voidPendingSignIns = async (tx: Transaction, userId: string): Promise<void> => {
  await tx.delete(pendingSignIns).where(eq(pendingSignIns.userId, userId));
};

export const deleteOldPendingSignIns = async (db: Queryable): Promise<void> => {
  await db.delete(pendingSignIns).where(lt(pendingSignIns.expiresAt, sql`now()`));
};
