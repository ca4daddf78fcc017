import type { Queryable, Transaction } from '@rollcall/database/connect';
import { and, eq, gt, isNull, ne, sql } from 'drizzle-orm';
import { findPersonByEmail } from './people.ts';
import { verifications } from './schema.ts';
import { holdOpenSignUp } from './sign-ups.ts';

export const addVerification = async (tx: Transaction, id: string, userId: string): Promise<void> => {
  await tx.insert(verifications).values({ id, userId });
};

/**
 * Gives a request its secret, which works until `latest` and never longer than its sign-up. What an earlier mail to the
 * same person said stops working.
 *
 * @returns until when; undefined when the request is unknown or used, its sign-up over, or the address confirmed
 * through another one.
 */
export const mintVerification = async (
  tx: Transaction,
  id: string,
  tokenDigest: string,
  latest: Date,
): Promise<Date | undefined> => {
  const [request] = await tx
    .select({ userId: verifications.userId })
    .from(verifications)
    .where(eq(verifications.id, id));
  const signUp = request && (await holdOpenSignUp(tx, request.userId));
  if (!signUp || (await findPersonByEmail(tx, signUp.email))) return undefined;

  const expiresAt = latest < signUp.expiresAt ? latest : signUp.expiresAt;
  const minted = await tx
    .update(verifications)
    .set({ tokenDigest, expiresAt })
    .where(and(eq(verifications.id, id), isNull(verifications.usedAt)))
    .returning({ id: verifications.id });
  if (minted.length === 0) return undefined;
  await tx
    .update(verifications)
    .set({ tokenDigest: null })
    .where(and(eq(verifications.userId, signUp.userId), ne(verifications.id, id), isNull(verifications.usedAt)));
  return expiresAt;
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
