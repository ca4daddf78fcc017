import type { Database, Queryable, Transaction } from '@rollcall/database/connect';
import { and, asc, eq, inArray, isNull, lt, lte, or, sql } from 'drizzle-orm';
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

/**
 * Takes mails that are due, longest waiting first, for a minute each: a lease, so that no transaction waits on a mail
 * server. What a worker that was killed had taken is due again when the lease ends.
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
      .set({ leasedUntil: sql`now() + interval '1 minute'`, attempts: sql`${mails.attempts} + 1` })
      .where(inArray(mails.id, ids))
      .returning();
  });

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
