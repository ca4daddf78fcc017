import type { Queryable, Transaction } from '@rollcall/database/connect';
import { emailKey } from '@rollcall/types/people';
import { and, asc, desc, eq, gt, inArray, lt, notExists, sql } from 'drizzle-orm';
import { dataKeys, people, signUps, usernames, verifications } from './schema.ts';

export type SignUp = typeof signUps.$inferSelect;

const isOpen = and(eq(signUps.emailOwned, false), gt(signUps.expiresAt, sql`now()`));

/**
 * The sign-ups of an address that still wait for its confirmation, the newest first; none once the address has an
 * account. There may be several, not all of them by the address's owner: each mail names the username it is about.
 */
export const findOpenSignUps = async (db: Queryable, email: string, most: number): Promise<SignUp[]> => {
  const owner = db
    .select({ userId: people.userId })
    .from(people)
    .where(eq(people.emailKey, emailKey(email)));
  return db
    .select()
    .from(signUps)
    .where(and(eq(signUps.emailKey, emailKey(email)), isOpen, notExists(owner)))
    .orderBy(desc(signUps.createdAt))
    .limit(most);
};

export const findSignUp = async (db: Queryable, userId: string): Promise<SignUp | undefined> => {
  const [signUp] = await db.select().from(signUps).where(eq(signUps.userId, userId));
  return signUp;
};

export const addSignUp = async (tx: Transaction, signUp: Omit<SignUp, 'emailKey' | 'createdAt'>): Promise<void> => {
  await tx.insert(signUps).values({ ...signUp, emailKey: emailKey(signUp.email) });
};

/**
 * Holds a sign-up that waits for its confirmation until the transaction ends; undefined when it lapsed or is over.
 * Whatever concerns a sign-up or its mails begins with this, so that two who do queue up.
 */
export const holdOpenSignUp = async (tx: Transaction, userId: string): Promise<SignUp | undefined> => {
  const [signUp] = await tx
    .select()
    .from(signUps)
    .where(and(eq(signUps.userId, userId), isOpen))
    .for('update');
  return signUp;
};

/**
 * Ends every sign-up of an address that nobody has confirmed: whoever else typed it in gains nothing by it. Those who confirm
 * one at this moment come before, or find nothing any more.
 */
export const voidSignUps = async (tx: Transaction, email: string): Promise<void> => {
  const waiting = await tx
    .select({ userId: signUps.userId })
    .from(signUps)
    .where(eq(signUps.emailKey, emailKey(email)))
    .orderBy(asc(signUps.userId))
    .for('update');
  for (const { userId } of waiting) await endSignUp(tx, userId, false);
};

/** A sign-up is over: it made a person, or else nothing of it stays. */
export const endSignUp = async (tx: Transaction, userId: string, madeAPerson: boolean): Promise<void> => {
  await tx.delete(signUps).where(eq(signUps.userId, userId));
  await tx.delete(verifications).where(eq(verifications.userId, userId));
  if (madeAPerson) return;
  await tx.delete(usernames).where(eq(usernames.userId, userId));
  await tx.delete(dataKeys).where(eq(dataKeys.userId, userId));
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
  await tx.delete(usernames).where(inArray(usernames.userId, ids));
  await tx.delete(dataKeys).where(inArray(dataKeys.userId, ids));
  await tx.delete(signUps).where(inArray(signUps.userId, ids));
  return ids.length;
};
