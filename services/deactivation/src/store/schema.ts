import {
  inboxTable,
  outboxTable,
  parkedEventsTable,
  streamMarksTable,
  subjectSequencesTable,
} from '@rollcall/events/event-tables';
import type { Cause } from '@rollcall/service-kit/actor';
import type { ProblemCode } from '@rollcall/types/problems';
import { isNotNull } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

export const deactivation = pgSchema('deactivation');

const instant = (name: string) => timestamp(name, { withTimezone: true });

/** Accounts, whether they may be used, and the change that is under way. */
export const accounts = deactivation.table(
  'accounts',
  {
    userId: uuid('user_id').primaryKey(),
    /** Known to be a person's. A request may come before the news of the registration. */
    registered: boolean().notNull().default(false),
    status: text().$type<'active' | 'deactivated'>().notNull().default('active'),
    /** What was asked for and is not done in every service yet. */
    pending: text().$type<'deactivating' | 'reactivating'>(),
    /** The newest request: whoever finishes something compares it first. */
    requestId: uuid('request_id'),
    /** The request replaced one that may have been half done, so taking it back means work as well. */
    contested: boolean().notNull().default(false),
    by: text().$type<'self' | 'administrator'>(),
    reason: text(),
    cause: jsonb().$type<Cause>(),
    /** Why the newest request was taken back. */
    refused: text().$type<ProblemCode>(),
    attempts: integer().notNull().default(0),
    nextAttemptAt: instant('next_attempt_at').notNull().defaultNow(),
    /** Who carries the change out, alone, until the lease ends. */
    runner: uuid(),
    leasedUntil: instant('leased_until'),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [index('accounts__pending').on(table.nextAttemptAt).where(isNotNull(table.pending))],
);

export const outbox = outboxTable(deactivation);
export const subjectSequences = subjectSequencesTable(deactivation);
export const inbox = inboxTable(deactivation);
export const parkedEvents = parkedEventsTable(deactivation);
export const streamMarks = streamMarksTable(deactivation);
export const eventTables = { outbox, subjectSequences, inbox, parkedEvents, streamMarks };
