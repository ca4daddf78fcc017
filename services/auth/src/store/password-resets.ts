import type { Queryable, Transaction } from '@rollcall/database/connect';
import { and, eq, gt, isNull, lt, sql } from 'drizzle-orm';
import { holdUsable } from './credentials.ts';
import { passwordResets } from './tables/credentials.ts';

export const addReset = async (tx: Transaction, id: string, userId: string): Promise<void> => {
  await tx.insert(passwordResets).values({ id, userId });
};

/** What the secret of a request is derived from; undefined for an unknown one. */
export const saltOfReset = async (db: Queryable, id: string): Promise<string | undefined> => {
  const [request] = await db
    .select({ salt: passwordResets.salt })
    .from(passwordResets)
    .where(eq(passwordResets.id, id));
  return request?.salt;
};

/** Lets the secret of a request work, also when its mail is sent again; false when it is unknown, over, or for nobody who may sign in. */
export const mintReset = async (
  tx: Transaction,
  id: string,
  tokenDigest: string,
  expiresAt: Date,
): Promise<boolean> => {
  const [request] = await tx
    .select({ userId: passwordResets.userId })
    .from(passwordResets)
    .where(eq(passwordResets.id, id));
  // The credential first, as everywhere: two mails to one person queue up here.
  if (!request || !(await holdUsable(tx, request.userId, 'update'))) return false;
  const minted = await tx
    .update(passwordResets)
    .set({ tokenDigest, expiresAt })
    .where(and(eq(passwordResets.id, id), isNull(passwordResets.usedAt)))
    .returning({ id: passwordResets.id });
  return minted.length === 1;
};

/**
 * May another mail go to this person? Only so many an hour, so that nobody floods a mailbox; earlier links stay good, so
 * that nobody voids them by asking again.
 */
export const mayAskAgain = async (db: Queryable, userId: string, most: number): Promise<boolean> => {
  const recent = and(eq(passwordResets.userId, userId), gt(passwordResets.createdAt, sql`now() - interval '1 hour'`));
  return (await db.$count(passwordResets, recent)) < most;
};

const usable = (tokenDigest: string) =>
  and(
    eq(passwordResets.tokenDigest, tokenDigest),
    isNull(passwordResets.usedAt),
    gt(passwordResets.expiresAt, sql`now()`),
  );

export const findReset = async (db: Queryable, tokenDigest: string): Promise<string | undefined> => {
  const [row] = await db.select({ userId: passwordResets.userId }).from(passwordResets).where(usable(tokenDigest));
  return row?.userId;
};

/** Uses a token up; of any number who present it at once, one succeeds. */
export const useReset = async (tx: Transaction, tokenDigest: string): Promise<boolean> => {
  const used = await tx
    .update(passwordResets)
    .set({ usedAt: sql`now()` })
    .where(usable(tokenDigest))
    .returning({ id: passwordResets.id });
  return used.length === 1;
};

/** A new password is set: every link that could set another is void, and so is a request whose mail is still to come. */
export const voidResets = async (tx: Transaction, userId: string): Promise<void> => {
  await tx
    .update(passwordResets)
    .set({ tokenDigest: null, usedAt: sql`now()` })
    .where(and(eq(passwordResets.userId, userId), isNull(passwordResets.usedAt)));
};

export const deleteOldResets = async (db: Queryable): Promise<void> => {
  await db.delete(passwordResets).where(lt(passwordResets.createdAt, sql`now() - interval '7 days'`));
};
