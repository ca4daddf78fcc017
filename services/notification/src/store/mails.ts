import type { Database, Queryable, Transaction } from '@rollcall/database/connect';
import { and, asc, eq, inArray, isNotNull, isNull, lt, lte, or, sql } from 'drizzle-orm';
import { mails } from './schema.ts';

export type Mail = typeof mails.$inferSelect;
export type NewMail = Pick<
  Mail,
  'id' | 'kind' | 'userId' | 'requestId' | 'sealed' | 'happenedAt' | 'correlationId' | 'traceparent'
>;

/** An event asks for one mail, however often it is heard. */
export const addMail = async (tx: Transaction, mail: NewMail): Promise<void> => {
  await tx.insert(mails).values(mail).onConflictDoNothing();
};

const leaseEnd = sql`now() + interval '15 seconds'`;

/**
 * Takes mails that are due, longest waiting first, under a lease that is kept going (see {@link keepMails}), so that no
 * transaction waits on a mail server. What a worker that was killed had taken is due again when the lease ends.
 */
export const claimDueMails = (db: Database, limit: number): Promise<Mail[]> =>
  db.transaction(async (tx) => {
    const due = await tx
      .select({ id: mails.id })
      .from(mails)
      .where(
        and(
          eq(mails.status, 'queued'),
          lte(mails.nextAttemptAt, sql`now()`),
          or(isNull(mails.leasedUntil), lt(mails.leasedUntil, sql`now()`)),
        ),
      )
      .orderBy(asc(mails.nextAttemptAt))
      .limit(limit)
      .for('update', { skipLocked: true });
    if (due.length === 0) return [];
    const ids = due.map(({ id }) => id);
    return tx
      .update(mails)
      .set({ leasedUntil: leaseEnd, attempts: sql`${mails.attempts} + 1` })
      .where(inArray(mails.id, ids))
      .returning();
  });

/** Keeps the leases of mails going that are neither settled nor let go of yet. */
export const keepMails = async (db: Queryable, ids: readonly string[]): Promise<void> => {
  await db
    .update(mails)
    .set({ leasedUntil: leaseEnd })
    .where(and(inArray(mails.id, [...ids]), eq(mails.status, 'queued'), isNotNull(mails.leasedUntil)));
};

/** @returns false when it was settled before. */
export const markSent = async (tx: Transaction, id: string, messageId: string): Promise<boolean> => {
  const marked = await tx
    .update(mails)
    .set({ status: 'sent', sentAt: sql`now()`, messageId, ...settled })
    .where(and(eq(mails.id, id), eq(mails.status, 'queued')))
    .returning({ id: mails.id });
  return marked.length === 1;
};

/** @returns false when it was settled before. */
export const markFailed = async (tx: Transaction, id: string): Promise<boolean> => {
  const marked = await tx
    .update(mails)
    .set({ status: 'failed', ...settled })
    .where(and(eq(mails.id, id), eq(mails.status, 'queued')))
    .returning({ id: mails.id });
  return marked.length === 1;
};

const settled = { sealed: null, leasedUntil: null };

/** Lets go of a mail until its next attempt. */
export const postponeMail = async (db: Queryable, id: string, milliseconds: number): Promise<void> => {
  await db
    .update(mails)
    .set({ nextAttemptAt: sql`now() + ${milliseconds} * interval '1 millisecond'`, leasedUntil: null })
    .where(and(eq(mails.id, id), eq(mails.status, 'queued')));
};
