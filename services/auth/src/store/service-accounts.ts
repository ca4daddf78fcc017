import type { Queryable, Transaction } from '@rollcall/database/connect';
import { and, asc, eq, gt, isNull, sql } from 'drizzle-orm';
import { serviceAccounts } from './tables/programs.ts';

export type ServiceAccount = typeof serviceAccounts.$inferSelect;
type Words = Pick<ServiceAccount, 'name' | 'description'>;

const present = (id: string) => and(eq(serviceAccounts.id, id), isNull(serviceAccounts.removedAt));

export const insertServiceAccount = async (
  tx: Transaction,
  account: Words & { id: string },
): Promise<ServiceAccount> => {
  const [stored] = await tx.insert(serviceAccounts).values(account).returning();
  if (!stored) throw new Error('a service account was not stored');
  return stored;
};

export const findServiceAccount = async (db: Queryable, id: string): Promise<ServiceAccount | undefined> => {
  const [account] = await db.select().from(serviceAccounts).where(present(id));
  return account;
};

export const listServiceAccounts = (db: Queryable, after: string | null, limit: number): Promise<ServiceAccount[]> =>
  db
    .select()
    .from(serviceAccounts)
    .where(and(isNull(serviceAccounts.removedAt), after === null ? undefined : gt(serviceAccounts.id, after)))
    .orderBy(asc(serviceAccounts.id))
    .limit(limit);

/** Lets nobody else change it, or make keys of it, until the transaction ends; undefined when it is not there. */
export const holdServiceAccount = async (tx: Transaction, id: string): Promise<ServiceAccount | undefined> => {
  const [account] = await tx.select().from(serviceAccounts).where(present(id)).for('update');
  return account;
};

export const describeServiceAccount = async (
  tx: Transaction,
  id: string,
  words: Words,
): Promise<ServiceAccount | undefined> => {
  const [account] = await tx.update(serviceAccounts).set(words).where(present(id)).returning();
  return account;
};

export const markRemoved = async (tx: Transaction, id: string): Promise<void> => {
  await tx.update(serviceAccounts).set({ removedAt: sql`now()` }).where(present(id));
};
