import type { Queryable, Transaction } from '@rollcall/database/connect';
import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import { findPersonByEmail } from './people.ts';
import { verifications } from './schema.ts';
import { holdOpenSignUp } from './sign-ups.ts';

export const addVerification = async (tx: Transaction, id: string, userId: string): Promise<void> => {
  await tx.insert(verifications).values({ id, userId });
};

/**
 * Gives a request its secret, a new one when its mail is sent again. It works until `latest` and never longer than its
 * sign-up.
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
  return minted.length === 0 ? undefined : expiresAt;
};

/** May another mail go to this person? Only so many an hour, so that nobody floods a mailbox. */
export const mayAskAgain = async (db: Queryable, userId: string, most: number): Promise<boolean> => {
  const recent = and(eq(verifications.userId, userId), gt(verifications.createdAt, sql`now() - interval '1 hour'`));
  return (await db.$count(verifications, recent)) < most;
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
