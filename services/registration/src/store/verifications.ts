import { standInLine } from '@rollcall/database/advisory-lock';
import type { Queryable, Transaction } from '@rollcall/database/connect';
import { emailKey } from '@rollcall/types/people';
import { and, eq, gt, isNull, type SQL, sql } from 'drizzle-orm';
import { findPersonByEmail } from './people.ts';
import { signUps, verifications } from './schema.ts';
import { holdOpenSignUp } from './sign-ups.ts';

export const addVerification = async (tx: Transaction, id: string, userId: string): Promise<void> => {
  await tx.insert(verifications).values({ id, userId });
};

/** What the secret of a request is derived from; undefined for an unknown one. */
export const saltOfVerification = async (db: Queryable, id: string): Promise<string | undefined> => {
  const [request] = await db.select({ salt: verifications.salt }).from(verifications).where(eq(verifications.id, id));
  return request?.salt;
};

/**
 * Lets the secret of a request work, also when its mail is sent again: until `latest` and never longer than its
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

/** Puts those who sign up with one address in a line until their transactions end, so that each counts the ones before. */
export const holdAddress = (tx: Transaction, email: string): Promise<void> =>
  standInLine(tx, `address ${emailKey(email)}`);

/** Requests of the last hour that began a sign-up of this address, whether or not a mail went out for them. */
export const countBegun = (db: Queryable, email: string): Promise<number> =>
  countOf(db, email, eq(verifications.createdAt, signUps.createdAt));

/** Requests of the last hour by which somebody asked for another mail to this address. */
export const countRepeated = (db: Queryable, email: string): Promise<number> =>
  countOf(db, email, gt(verifications.createdAt, signUps.createdAt));

// A sign-up and its first request are written by one transaction, which is one instant to the database.
const countOf = async (db: Queryable, email: string, which: SQL): Promise<number> => {
  const found = await db
    .select({ id: verifications.id })
    .from(verifications)
    .innerJoin(signUps, eq(signUps.userId, verifications.userId))
    .where(
      and(eq(signUps.emailKey, emailKey(email)), gt(verifications.createdAt, sql`now() - interval '1 hour'`), which),
    )
    // Beyond any limit it does not matter how many there are.
    .limit(100);
  return found.length;
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
