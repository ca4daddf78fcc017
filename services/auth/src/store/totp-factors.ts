import type { Queryable, Transaction } from '@rollcall/database/connect';
import { and, asc, eq, gt, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import { totpFactors } from './tables/factors.ts';

export type TotpFactor = typeof totpFactors.$inferSelect;

const confirmed = isNull(totpFactors.expiresAt);
const pending = and(isNotNull(totpFactors.expiresAt), gt(totpFactors.expiresAt, sql`now()`));

/** Those that count, the oldest first. */
export const listTotpFactors = (db: Queryable, userId: string): Promise<TotpFactor[]> =>
  db
    .select()
    .from(totpFactors)
    .where(and(eq(totpFactors.userId, userId), confirmed))
    .orderBy(asc(totpFactors.id));

/** However many of them wait to be confirmed: each is a row, and nobody may have them without end. */
export const countTotpFactors = (db: Queryable, userId: string): Promise<number> =>
  db.$count(totpFactors, and(eq(totpFactors.userId, userId), or(confirmed, pending)));

export const findPendingTotp = async (db: Queryable, userId: string, id: string): Promise<TotpFactor | undefined> => {
  const [factor] = await db
    .select()
    .from(totpFactors)
    .where(and(eq(totpFactors.id, id), eq(totpFactors.userId, userId), pending));
  return factor;
};

export const insertTotp = async (
  tx: Transaction,
  factor: Pick<TotpFactor, 'id' | 'userId' | 'name' | 'sealedSecret' | 'expiresAt'>,
): Promise<void> => {
  await tx.insert(totpFactors).values(factor);
};

/** From now on it counts; undefined when it does already, or was not confirmed in time. */
export const confirmTotp = async (tx: Transaction, id: string, step: number): Promise<TotpFactor | undefined> => {
  const [factor] = await tx
    .update(totpFactors)
    .set({ expiresAt: null, usedStep: step })
    .where(and(eq(totpFactors.id, id), pending))
    .returning();
  return factor;
};

/** Spends the code of a time step: a compare-and-set, so that of any number who present it at once one succeeds. */
export const useTotpStep = async (tx: Transaction, id: string, step: number): Promise<boolean> => {
  const used = await tx
    .update(totpFactors)
    .set({ usedStep: step, lastUsedAt: sql`now()` })
    .where(and(eq(totpFactors.id, id), confirmed, lt(totpFactors.usedStep, step)))
    .returning({ id: totpFactors.id });
  return used.length === 1;
};

export const renameTotp = async (
  db: Queryable,
  userId: string,
  id: string,
  name: string,
): Promise<TotpFactor | undefined> => {
  const [factor] = await db
    .update(totpFactors)
    .set({ name })
    .where(and(eq(totpFactors.id, id), eq(totpFactors.userId, userId), confirmed))
    .returning();
  return factor;
};

/** One that counts, or that waits to be confirmed. */
export const deleteTotp = async (tx: Transaction, userId: string, id: string): Promise<TotpFactor | undefined> => {
  const [factor] = await tx
    .delete(totpFactors)
    .where(and(eq(totpFactors.id, id), eq(totpFactors.userId, userId)))
    .returning();
  return factor;
};

export const deleteUnconfirmedTotp = async (db: Queryable): Promise<void> => {
  await db.delete(totpFactors).where(lt(totpFactors.expiresAt, sql`now()`));
};
