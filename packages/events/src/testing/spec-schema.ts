import { fileURLToPath } from 'node:url';
import { idempotencyKeysTable } from '@rollcall/database/idempotency-keys';
import { bigserial, integer, jsonb, pgSchema, text, uuid } from 'drizzle-orm/pg-core';
import {
  inboxTable,
  outboxTable,
  parkedEventsTable,
  streamMarksTable,
  subjectSequencesTable,
} from '../event-tables.ts';

const schema = pgSchema('spec_events');

/** What reactions did, without any key that would hide a second time. */
export const effects = schema.table('effects', {
  position: bigserial({ mode: 'number' }).primaryKey(),
  eventId: uuid('event_id').notNull(),
  subject: text().notNull(),
  sequence: integer().notNull(),
  note: jsonb(),
});

export const eventTables = {
  outbox: outboxTable(schema),
  subjectSequences: subjectSequencesTable(schema),
  inbox: inboxTable(schema),
  parkedEvents: parkedEventsTable(schema),
  streamMarks: streamMarksTable(schema),
};

export const idempotencyKeys = idempotencyKeysTable(schema);

/** The tables of a service that has nothing but events and keyed requests. */
export const schemaPlan = {
  schema: 'spec_events',
  migrations: fileURLToPath(new URL('migrations', import.meta.url)),
} as const;
