import type { Database, Queryable } from '@rollcall/database/connect';
import { and, asc, eq, inArray, isNotNull, isNull, lt, lte, or, sql } from 'drizzle-orm';
import type { Account } from './accounts.ts';
import { accounts } from './schema.ts';

// Longer than any call to another service takes, shorter than anyone should wait for a door to shut after a crash.
const leaseEnd = sql`now() + interval '15 seconds'`;
const isFree = or(isNull(accounts.leasedUntil), lt(accounts.leasedUntil, sql`now()`));

/** Takes the change of one account on. @returns false when somebody else has it, or there is none. */
export const takeLease = async (db: Queryable, userId: string, runner: string): Promise<boolean> => {
  const taken = await db
    .update(accounts)
    .set({ runner, leasedUntil: leaseEnd })
    .where(and(eq(accounts.userId, userId), isNotNull(accounts.pending), isFree))
    .returning({ userId: accounts.userId });
  return taken.length === 1;
};

/** Takes changes on that nobody works at, longest waiting first. */
export const takeDueLeases = (db: Database, limit: number, runner: string): Promise<string[]> =>
  db.transaction(async (tx) => {
    const due = await tx
      .select({ userId: accounts.userId })
      .from(accounts)
      .where(and(isNotNull(accounts.pending), lte(accounts.nextAttemptAt, sql`now()`), isFree))
      .orderBy(asc(accounts.nextAttemptAt))
      .limit(limit)
      .for('update', { skipLocked: true });
    const userIds = due.map(({ userId }) => userId);
    if (userIds.length > 0) {
      await tx.update(accounts).set({ runner, leasedUntil: leaseEnd }).where(inArray(accounts.userId, userIds));
    }
    return userIds;
  });

/** Keeps the lease going. @returns the account as it is now, or undefined when there is nothing (more) to do for us. */
export const renewLease = async (db: Queryable, userId: string, runner: string): Promise<Account | undefined> => {
  const [account] = await db
    .update(accounts)
    .set({ leasedUntil: leaseEnd })
    .where(and(eq(accounts.userId, userId), eq(accounts.runner, runner), isNotNull(accounts.pending)))
    .returning();
  return account;
};

/** Lets go until the next attempt. */
export const releaseLease = async (
  db: Queryable,
  userId: string,
  runner: string,
  milliseconds: number,
): Promise<void> => {
  await db
    .update(accounts)
    .set({
      runner: null,
      leasedUntil: null,
      attempts: sql`${accounts.attempts} + 1`,
      nextAttemptAt: sql`now() + ${milliseconds} * interval '1 millisecond'`,
    })
    .where(and(eq(accounts.userId, userId), eq(accounts.runner, runner)));
};
