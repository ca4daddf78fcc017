import { bigint, index, integer, text, uuid } from 'drizzle-orm/pg-core';
import { auth, instant } from './auth.ts';

/**
 * A password and who may present it. Before the address is confirmed there are no keys to find it by, so that no door
 * opens with it.
 */
export const credentials = auth.table(
  'credentials',
  {
    userId: uuid('user_id').primaryKey(),
    /** Null for who has never set a password and comes in by other ways. */
    passwordHash: text('password_hash'),
    emailKey: text('email_key').unique('credentials__email_key'),
    usernameKey: text('username_key').unique('credentials__username_key'),
    /** When a credential that nobody confirmed is forgotten; null once confirmed. */
    expiresAt: instant('expires_at'),
    disabledAt: instant('disabled_at'),
    changedAt: instant('changed_at').notNull().defaultNow(),
  },
  (table) => [index('credentials__expires_at').on(table.expiresAt)],
);

/** Hashes of passwords that people had before, so that they do not take them again. */
export const passwordHistory = auth.table(
  'password_history',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    userId: uuid('user_id')
      .notNull()
      .references(() => credentials.userId, { onDelete: 'cascade' }),
    passwordHash: text('password_hash').notNull(),
  },
  (table) => [index('password_history__user_id').on(table.userId, table.id)],
);

export const passwordResets = auth.table(
  'password_resets',
  {
    id: uuid().primaryKey(),
    userId: uuid('user_id').notNull(),
    /** What the secret is derived from, beside a key that the database does not have. */
    salt: uuid().notNull().defaultRandom(),
    tokenDigest: text('token_digest').unique('password_resets__token_digest'),
    expiresAt: instant('expires_at'),
    usedAt: instant('used_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [index('password_resets__user_id').on(table.userId)],
);

/** Requests for a mail to sign in with: a link for whoever opens it, and a code for whoever asked. */
export const magicLinks = auth.table(
  'magic_links',
  {
    id: uuid().primaryKey(),
    userId: uuid('user_id').notNull(),
    /** Of what was given to whoever asked. */
    requestDigest: text('request_digest').notNull().unique('magic_links__request_digest'),
    /** What the secrets are derived from, beside a key that the database does not have. */
    salt: uuid().notNull().defaultRandom(),
    tokenDigest: text('token_digest').unique('magic_links__token_digest'),
    codeDigest: text('code_digest'),
    misses: integer().notNull().default(0),
    expiresAt: instant('expires_at'),
    usedAt: instant('used_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [index('magic_links__user_id').on(table.userId), index('magic_links__created_at').on(table.createdAt)],
);

/** Mails that told of a change, and lead whoever did not make it to take it back. */
export const securityNotices = auth.table(
  'security_notices',
  {
    /** Of the mail. */
    id: uuid().primaryKey(),
    userId: uuid('user_id').notNull(),
    /** When what it tells of happened. */
    happenedAt: instant('happened_at').notNull(),
    /** What the secret is derived from, beside a key that the database does not have. */
    salt: uuid().notNull().defaultRandom(),
    tokenDigest: text('token_digest').unique('security_notices__token_digest'),
    expiresAt: instant('expires_at'),
    usedAt: instant('used_at'),
  },
  (table) => [
    index('security_notices__expires_at').on(table.expiresAt),
    index('security_notices__user_id').on(table.userId),
  ],
);
