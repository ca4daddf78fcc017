import type { Queryable, Transaction } from '@rollcall/database/connect';
import { emailKey } from '@rollcall/types/people';
import { and, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import { dataKeys, signUps, usernames, verifications } from './schema.ts';

export type SignUp = typeof signUps.$inferSelect;

/** The sign-up of an address that still waits for its confirmation; the newest, where there are several. */
export const findOpenSignUp = async (db: Queryable, email: string): Promise<SignUp | undefined> => {
  const [signUp] = await db
    .select()
    .from(signUps)
    .where(and(eq(signUps.emailKey, emailKey(email)), eq(signUps.emailOwned, false), gt(signUps.expiresAt, sql`now()`)))
    .orderBy(desc(signUps.createdAt))
    .limit(1);
  return signUp;
};

export const findSignUp = async (db: Queryable, userId: string): Promise<SignUp | undefined> => {
  const [signUp] = await db.select().from(signUps).where(eq(signUps.userId, userId));
  return signUp;
};

export const addSignUp = async (tx: Transaction, signUp: Omit<SignUp, 'emailKey' | 'createdAt'>): Promise<void> => {
  await tx.insert(signUps).values({ ...signUp, emailKey: emailKey(signUp.email) });
};

/** Takes the sign-up of a person whose account begins; undefined when it lapsed. */
export const takeSignUp = async (tx: Transaction, userId: string): Promise<SignUp | undefined> => {
  const [taken] = await tx
    .delete(signUps)
    .where(and(eq(signUps.userId, userId), eq(signUps.emailOwned, false), gt(signUps.expiresAt, sql`now()`)))
    .returning();
  return taken;
};

/**
 * Forgets sign-ups that nobody confirmed: the username is free again, and with the key what events say of them is
 * unreadable.
 *
 * @returns how many.
 */
export const forgetLapsedSignUps = async (tx: Transaction, limit: number): Promise<number> => {
  const lapsed = await tx
    .select({ userId: signUps.userId })
    .from(signUps)
    .where(lt(signUps.expiresAt, sql`now()`))
    .limit(limit)
    .for('update', { skipLocked: true });
  if (lapsed.length === 0) return 0;
  const ids = lapsed.map(({ userId }) => userId);
  await tx.delete(verifications).where(inArray(verifications.userId, ids));
  await tx.delete(usernames).where(and(inArray(usernames.userId, ids), lt(usernames.reservedUntil, sql`now()`)));
  await tx.delete(dataKeys).where(inArray(dataKeys.userId, ids));
  await tx.delete(signUps).where(inArray(signUps.userId, ids));
  return ids.length;
};
