import type { Queryable, Transaction } from '@rollcall/database/connect';
import { and, desc, gt, isNull, lt, or, sql } from 'drizzle-orm';
import { signingKeys } from './tables/tokens.ts';

export type SigningKeyRow = typeof signingKeys.$inferSelect;

/** Keys that sign, or were retired less than `retiredWithinMilliseconds` ago; the newest first. */
export const readSigningKeys = async (db: Queryable, retiredWithinMilliseconds: number): Promise<SigningKeyRow[]> =>
  // Awaited here: drizzle runs a query anew for everyone who awaits it, and these rows are kept.
  await db
    .select()
    .from(signingKeys)
    .where(
      or(
        isNull(signingKeys.retiredAt),
        gt(signingKeys.retiredAt, sql`now() - ${retiredWithinMilliseconds} * interval '1 millisecond'`),
      ),
    )
    .orderBy(desc(signingKeys.createdAt));

/** Has the key that signs done so for as many days? */
export const isKeyDue = async (db: Queryable, days: number): Promise<boolean> => {
  const due = and(isNull(signingKeys.retiredAt), lt(signingKeys.createdAt, sql`now() - ${days} * interval '1 day'`));
  return (await db.$count(signingKeys, due)) > 0;
};

/** Two replicas that start at once make one key. */
export const lockSigningKeys = async (tx: Transaction): Promise<void> => {
  await tx.execute(sql`lock table ${signingKeys} in share row exclusive mode`);
};

/** Forgets keys that can have no token left to verify, their private halves with them. */
export const deleteRetiredKeys = async (db: Queryable): Promise<void> => {
  await db.delete(signingKeys).where(lt(signingKeys.retiredAt, sql`now() - interval '1 day'`));
};

/** Stores a key that signs from now on, and retires the one that did. */
export const insertSigningKey = async (
  tx: Transaction,
  key: Pick<SigningKeyRow, 'id' | 'algorithm' | 'sealedPrivateKey' | 'publicKey'>,
): Promise<void> => {
  await tx.update(signingKeys).set({ retiredAt: sql`now()` }).where(isNull(signingKeys.retiredAt));
  await tx.insert(signingKeys).values(key);
};
