import {
  inboxTable,
  outboxTable,
  parkedEventsTable,
  streamMarksTable,
  subjectSequencesTable,
} from '@rollcall/events/event-tables';
import type { MailKind } from '@rollcall/types/events/notification';
import { sql } from 'drizzle-orm';
import { index, integer, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

export const notification = pgSchema('notification');

const instant = (name: string) => timestamp(name, { withTimezone: true });

/** Where mails to a person go: the personal block of their registration as it came, opened only to send. */
export const recipients = notification.table('recipients', {
  userId: uuid('user_id').primaryKey(),
  sealed: text().notNull(),
});

/** Mails to send and mails sent. No address and no link is kept, only what still has to be opened or minted. */
export const mails = notification.table(
  'mails',
  {
    /** The id of the event that asks for it, so that an event makes one mail. */
    id: uuid().primaryKey(),
    kind: text().$type<MailKind>().notNull(),
    userId: uuid('user_id').notNull(),
    /** What its owner mints the secret of the link for. */
    requestId: uuid('request_id'),
    /** The personal block of the event; gone once the mail is settled. */
    sealed: text(),
    happenedAt: instant('happened_at').notNull(),
    correlationId: text('correlation_id').notNull(),
    traceparent: text(),
    status: text().$type<'queued' | 'sent' | 'failed'>().notNull().default('queued'),
    attempts: integer().notNull().default(0),
    nextAttemptAt: instant('next_attempt_at').notNull().defaultNow(),
    /** Until then one worker has it, and it alone. */
    leasedUntil: instant('leased_until'),
    messageId: text('message_id'),
    createdAt: instant('created_at').notNull().defaultNow(),
    sentAt: instant('sent_at'),
  },
  (table) => [
    index('mails__due').on(table.nextAttemptAt).where(sql`${table.status} = 'queued'`),
    index('mails__user_id').on(table.userId),
  ],
);

export const outbox = outboxTable(notification);
export const subjectSequences = subjectSequencesTable(notification);
export const inbox = inboxTable(notification);
export const parkedEvents = parkedEventsTable(notification);
export const streamMarks = streamMarksTable(notification);
export const eventTables = { outbox, subjectSequences, inbox, parkedEvents, streamMarks };
