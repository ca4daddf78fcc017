import { idempotencyKeysTable } from '@rollcall/database/idempotency-keys';
import {
  inboxTable,
  outboxTable,
  parkedEventsTable,
  streamMarksTable,
  subjectSequencesTable,
} from '@rollcall/events/event-tables';
import type { ProfileFacts } from '@rollcall/types/people';
import { boolean, index, jsonb, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

export const registration = pgSchema('registration');

const instant = (name: string) => timestamp(name, { withTimezone: true });

/** What is passed on to other services when a person is verified. */
export interface Enrolment {
  readonly profile: ProfileFacts;
  readonly setupTokenDigest?: string;
}

/** People who have asked for an account and not confirmed their address yet. */
export const signUps = registration.table(
  'sign_ups',
  {
    userId: uuid('user_id').primaryKey(),
    email: text().notNull(),
    emailKey: text('email_key').notNull(),
    username: text().notNull(),
    enrolment: jsonb().$type<Enrolment>().notNull(),
    /** The address has an account: this sign-up reserves its username like any other and leads nowhere. */
    emailOwned: boolean('email_owned').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [index('sign_ups__email_key').on(table.emailKey), index('sign_ups__expires_at').on(table.expiresAt)],
);

/** Every username in use; one of a sign-up is free again after `reservedUntil`. */
export const usernames = registration.table('usernames', {
  usernameKey: text('username_key').primaryKey(),
  userId: uuid('user_id').notNull(),
  reservedUntil: instant('reserved_until'),
});

/** People with an account. */
export const people = registration.table(
  'people',
  {
    userId: uuid('user_id').primaryKey(),
    email: text().notNull(),
    emailKey: text('email_key').notNull().unique('people__email_key'),
    username: text().notNull(),
    registeredAt: instant('registered_at').notNull().defaultNow(),
    /** What other services still have to be told; null once they all know. */
    enrolment: jsonb().$type<Enrolment>(),
  },
  (table) => [index('people__registered_at').on(table.registeredAt)],
);

/** Requests for a verification mail. The secret is derived when the mail is sent, and stored as a digest only. */
export const verifications = registration.table(
  'verifications',
  {
    id: uuid().primaryKey(),
    userId: uuid('user_id').notNull(),
    /** What the secret is derived from, beside a key that the database does not have. */
    salt: uuid().notNull().defaultRandom(),
    tokenDigest: text('token_digest').unique('verifications__token_digest'),
    expiresAt: instant('expires_at'),
    usedAt: instant('used_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [index('verifications__user_id').on(table.userId)],
);

/** The key of each person's values in events, itself encrypted. Deleting a row erases the person from every event. */
export const dataKeys = registration.table('data_keys', {
  userId: uuid('user_id').primaryKey(),
  sealedKey: text('sealed_key').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
});

export const idempotencyKeys = idempotencyKeysTable(registration);
export const outbox = outboxTable(registration);
export const subjectSequences = subjectSequencesTable(registration);
export const inbox = inboxTable(registration);
export const parkedEvents = parkedEventsTable(registration);
export const streamMarks = streamMarksTable(registration);
export const eventTables = { outbox, subjectSequences, inbox, parkedEvents, streamMarks };
