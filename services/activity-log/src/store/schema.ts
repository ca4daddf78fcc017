import {
  inboxTable,
  outboxTable,
  parkedEventsTable,
  streamMarksTable,
  subjectSequencesTable,
} from '@rollcall/events/event-tables';
import { index, jsonb, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

export const activityLog = pgSchema('activity_log');

/** Every event of every service. Rows are added and read, never changed: the service's role has no right to. */
export const activity = activityLog.table(
  'activity',
  {
    /** The event's. */
    id: uuid().primaryKey(),
    /** Milliseconds, as cursors and answers have them: finer ones would slip between two pages. */
    occurredAt: timestamp('occurred_at', { withTimezone: true, precision: 3 }).notNull(),
    recordedAt: timestamp('recorded_at', { withTimezone: true }).notNull().defaultNow(),
    type: text().notNull(),
    source: text().notNull(),
    actor: text().notNull(),
    subject: text().notNull(),
    correlationId: text('correlation_id').notNull(),
    /** As it came; personal values stay sealed. */
    data: jsonb().$type<Readonly<Record<string, unknown>>>().notNull(),
  },
  (table) => [
    index('activity__occurred_at').on(table.occurredAt, table.id),
    index('activity__actor').on(table.actor, table.occurredAt, table.id),
    index('activity__subject').on(table.subject, table.occurredAt, table.id),
    index('activity__type').on(table.type, table.occurredAt, table.id),
  ],
);

export const outbox = outboxTable(activityLog);
export const subjectSequences = subjectSequencesTable(activityLog);
export const inbox = inboxTable(activityLog);
export const parkedEvents = parkedEventsTable(activityLog);
export const streamMarks = streamMarksTable(activityLog);
export const eventTables = { outbox, subjectSequences, inbox, parkedEvents, streamMarks };
