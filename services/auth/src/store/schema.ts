import { idempotencyKeysTable } from '@rollcall/database/idempotency-keys';
import { rateLimitsTable } from '@rollcall/database/rate-limits';
import {
  inboxTable,
  outboxTable,
  parkedEventsTable,
  streamMarksTable,
  subjectSequencesTable,
} from '@rollcall/events/event-tables';
import { auth } from './tables/auth.ts';

// What the migrations are made from is all that this file exports.
export { auth } from './tables/auth.ts';
export * from './tables/credentials.ts';
export * from './tables/factors.ts';
export * from './tables/identities.ts';
export * from './tables/oauth.ts';
export * from './tables/organizations.ts';
export * from './tables/programs.ts';
export * from './tables/sessions.ts';
export * from './tables/tokens.ts';

export const rateLimits = rateLimitsTable(auth);
export const idempotencyKeys = idempotencyKeysTable(auth);
export const outbox = outboxTable(auth);
export const subjectSequences = subjectSequencesTable(auth);
export const inbox = inboxTable(auth);
export const parkedEvents = parkedEventsTable(auth);
export const streamMarks = streamMarksTable(auth);
export const eventTables = { outbox, subjectSequences, inbox, parkedEvents, streamMarks };
