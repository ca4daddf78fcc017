import type { Queryable, Transaction } from '@rollcall/database/connect';
import { and, asc, eq, lt, sql } from 'drizzle-orm';
import { passkeys } from './tables/factors.ts';

export type Passkey = typeof passkeys.$inferSelect;

/** The oldest first. */
export const listPasskeys = (db: Queryable, userId: string): Promise<Passkey[]> =>
  db.select().from(passkeys).where(eq(passkeys.userId, userId)).orderBy(asc(passkeys.id));

export const countPasskeys = (db: Queryable, userId: string): Promise<number> =>
  db.$count(passkeys, eq(passkeys.userId, userId));

export const findPasskey = async (db: Queryable, credentialId: string): Promise<Passkey | undefined> => {
  const [passkey] = await db.select().from(passkeys).where(eq(passkeys.credentialId, credentialId));
  return passkey;
};

/** Undefined when somebody has a passkey of this credential id already, the person themselves or another. */
export const insertPasskey = async (
  tx: Transaction,
  passkey: Omit<Passkey, 'createdAt' | 'lastUsedAt'>,
): Promise<Passkey | undefined> => {
  const [inserted] = await tx.insert(passkeys).values(passkey).onConflictDoNothing().returning();
  return inserted;
};

/**
 * Puts a use down: a compare-and-set on the count of signatures, which has to rise where there is one. False when it did
 * not, or the passkey was removed.
 */
export const usePasskey = async (tx: Transaction, id: string, signCount: number): Promise<boolean> => {
  const rises = signCount === 0 ? eq(passkeys.signCount, 0) : lt(passkeys.signCount, signCount);
  const used = await tx
    .update(passkeys)
    .set({ signCount, lastUsedAt: sql`now()` })
    .where(and(eq(passkeys.id, id), rises))
    .returning({ id: passkeys.id });
  return used.length === 1;
};

const owned = (userId: string, id: string) => and(eq(passkeys.id, id), eq(passkeys.userId, userId));

export const renamePasskey = async (
  db: Queryable,
  userId: string,
  id: string,
  name: string,
): Promise<Passkey | undefined> => {
  const [passkey] = await db.update(passkeys).set({ name }).where(owned(userId, id)).returning();
  return passkey;
};

export const deletePasskey = async (tx: Transaction, userId: string, id: string): Promise<boolean> => {
  const deleted = await tx.delete(passkeys).where(owned(userId, id)).returning({ id: passkeys.id });
  return deleted.length === 1;
};
