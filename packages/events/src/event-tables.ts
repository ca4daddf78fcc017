import type { Envelope } from '@rollcall/types/envelope';
import { isNull } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  index,
  integer,
  jsonb,
  type PgSchema,
  primaryKey,
  text,
  timestamp,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';

const instant = (name: string) => timestamp(name, { withTimezone: true });

/** Events of a service, written by the transactions that caused them and published by its relay. */
export const outboxTable = (schema: PgSchema) =>
  schema.table(
    'outbox',
    {
      position: bigserial({ mode: 'number' }).primaryKey(),
      eventId: uuid('event_id').notNull().unique('outbox__event_id'),
      subject: text().notNull(),
      subjectSequence: integer('subject_sequence').notNull(),
      envelope: jsonb().$type<Envelope>().notNull(),
      createdAt: instant('created_at').notNull().defaultNow(),
      publishedAt: instant('published_at'),
      /** Where JetStream keeps it; above the stream's end once the stream lost its tail. */
      streamSequence: bigint('stream_sequence', { mode: 'number' }),
      /** How often it was given to the road again; part of the message id, so that JetStream takes it anew. */
      republished: integer().notNull().default(0),
    },
    (table) => [
      unique('outbox__subject_sequence').on(table.subject, table.subjectSequence),
      index('outbox__unpublished').on(table.position).where(isNull(table.publishedAt)),
      index('outbox__stream_sequence').on(table.streamSequence),
    ],
  );

/** The last sequence given to an event about a subject. Its row lock puts writers about one subject in a line. */
export const subjectSequencesTable = (schema: PgSchema) =>
  schema.table('subject_sequences', { subject: text().primaryKey(), last: integer().notNull() });

/** How far a consumer has come with each subject of each source: all up to `lastSequence` is done or parked. */
export const inboxTable = (schema: PgSchema) =>
  schema.table(
    'inbox',
    {
      source: text().notNull(),
      subject: text().notNull(),
      lastSequence: integer('last_sequence').notNull(),
      appliedAt: instant('applied_at').notNull().defaultNow(),
    },
    (table) => [primaryKey({ name: 'inbox__source_subject', columns: [table.source, table.subject] })],
  );

/** Events that could not be applied, and those about the same subject that came after. */
export const parkedEventsTable = (schema: PgSchema) =>
  schema.table(
    'parked_events',
    {
      eventId: uuid('event_id').primaryKey(),
      source: text().notNull(),
      subject: text().notNull(),
      subjectSequence: integer('subject_sequence').notNull(),
      type: text().notNull(),
      envelope: jsonb().$type<Envelope>().notNull(),
      reason: text().notNull(),
      parkedAt: instant('parked_at').notNull().defaultNow(),
    },
    (table) => [index('parked_events__subject').on(table.source, table.subject, table.subjectSequence)],
  );

/** What was last seen of the stream by each reader and by the relay, to notice when it is not the same any more. */
export const streamMarksTable = (schema: PgSchema) =>
  schema.table('stream_marks', {
    reader: text().primaryKey(),
    streamCreated: text('stream_created').notNull(),
    streamSequence: bigint('stream_sequence', { mode: 'number' }).notNull(),
    messageId: text('message_id'),
  });

/** The tables that every service has for its events. */
export interface EventTables {
  readonly outbox: ReturnType<typeof outboxTable>;
  readonly subjectSequences: ReturnType<typeof subjectSequencesTable>;
  readonly inbox: ReturnType<typeof inboxTable>;
  readonly parkedEvents: ReturnType<typeof parkedEventsTable>;
  readonly streamMarks: ReturnType<typeof streamMarksTable>;
}
