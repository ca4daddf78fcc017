import { idempotencyKeysTable } from '@rollcall/database/idempotency-keys';
import {
  inboxTable,
  outboxTable,
  parkedEventsTable,
  streamMarksTable,
  subjectSequencesTable,
} from '@rollcall/events/event-tables';
import type { User } from '@rollcall/types/routes/profile';
import { foreignKey, index, integer, jsonb, pgSchema, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';

type AccountStatus = NonNullable<User['status']>;

export const profile = pgSchema('profile');

const instant = (name: string) => timestamp(name, { withTimezone: true });

/** The reference table of genders; migrations fill it. */
export const genders = profile.table('genders', {
  code: text().primaryKey(),
  label: text().notNull(),
  position: integer().notNull().unique('genders__position'),
});

export const profiles = profile.table(
  'profiles',
  {
    userId: uuid('user_id').primaryKey(),
    username: text().notNull(),
    email: text().notNull(),
    firstName: text('first_name'),
    lastName: text('last_name'),
    description: text(),
    gender: text(),
    countryCode: text('country_code'),
    locale: text(),
    timeZone: text('time_zone'),
    /** Of the account; deactivation decides it, and its events say so. */
    status: text().$type<AccountStatus>().notNull().default('active'),
    externalIds: jsonb('external_ids').$type<Readonly<Record<string, string>>>().notNull().default({}),
    /** Counts changes from 1; the ETag, and what of two writers at once lets one through. */
    version: integer().notNull().default(1),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [foreignKey({ name: 'profiles__gender', columns: [table.gender], foreignColumns: [genders.code] })],
);

/** The ids of `profiles.external_ids` turned round, so that each belongs to one person; written with them. */
export const externalIds = profile.table(
  'external_ids',
  {
    system: text().notNull(),
    externalId: text('external_id').notNull(),
    userId: uuid('user_id').notNull(),
  },
  (table) => [
    primaryKey({ name: 'external_ids__system_external_id', columns: [table.system, table.externalId] }),
    foreignKey({
      name: 'external_ids__user_id',
      columns: [table.userId],
      foreignColumns: [profiles.userId],
    }).onDelete('cascade'),
    index('external_ids__user_id').on(table.userId),
  ],
);

export const idempotencyKeys = idempotencyKeysTable(profile);
export const outbox = outboxTable(profile);
export const subjectSequences = subjectSequencesTable(profile);
export const inbox = inboxTable(profile);
export const parkedEvents = parkedEventsTable(profile);
export const streamMarks = streamMarksTable(profile);
export const eventTables = { outbox, subjectSequences, inbox, parkedEvents, streamMarks };
