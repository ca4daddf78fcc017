import type { Queryable, Transaction } from '@rollcall/database/connect';
import { and, eq, gt, isNull, ne, sql } from 'drizzle-orm';
import { signUps, verifications } from './schema.ts';

export const addVerification = async (tx: Transaction, id: string, userId: string): Promise<void> => {
  await tx.insert(verifications).values({ id, userId });
};

/**
 * Gives a request its secret. What an earlier mail to the same person said stops working.
 *
 * @returns false when the request is unknown, used, or its sign-up has lapsed.
 */
export const mintVerification = async (
  tx: Transaction,
  id: string,
  tokenDigest: string,
  expiresAt: Date,
): Promise<boolean> => {
  const [minted] = await tx
    .update(verifications)
    .set({ tokenDigest, expiresAt })
    .from(signUps)
    .where(
      and(
        eq(verifications.id, id),
        isNull(verifications.usedAt),
        eq(signUps.userId, verifications.userId),
        gt(signUps.expiresAt, sql`now()`),
      ),
    )
    .returning({ userId: verifications.userId });
  if (!minted) return false;
  await tx
    .update(verifications)
    .set({ tokenDigest: null })
    .where(and(eq(verifications.userId, minted.userId), ne(verifications.id, id), isNull(verifications.usedAt)));
  return true;
};

/** Whose unused and unexpired token is this? */
export const findVerification = async (db: Queryable, tokenDigest: string): Promise<string | undefined> => {
  const [row] = await db.select({ userId: verifications.userId }).from(verifications).where(usable(tokenDigest));
  return row?.userId;
};

/** Uses a token up: a compare-and-set, so that of any number who present it at once, one succeeds. */
export const useVerification = async (tx: Transaction, tokenDigest: string): Promise<boolean> => {
  const used = await tx
    .update(verifications)
    .set({ usedAt: sql`now()` })
    .where(usable(tokenDigest))
    .returning({ id: verifications.id });
  return used.length === 1;
};

const usable = (tokenDigest: string) =>
  and(
    eq(verifications.tokenDigest, tokenDigest),
    isNull(verifications.usedAt),
    gt(verifications.expiresAt, sql`now()`),
  );
