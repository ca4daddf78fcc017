import { index, integer, text, uuid } from 'drizzle-orm/pg-core';
import { auth, instant } from './auth.ts';

export const sessions = auth.table(
  'sessions',
  {
    id: uuid().primaryKey(),
    userId: uuid('user_id').notNull(),
    methods: text().array().notNull(),
    authenticatedAt: instant('authenticated_at').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    lastUsedAt: instant('last_used_at').notNull().defaultNow(),
    /** However often it is refreshed, it ends here. */
    expiresAt: instant('expires_at').notNull(),
    endedAt: instant('ended_at'),
    ipAddress: text('ip_address').notNull(),
    userAgent: text('user_agent').notNull(),
    /** Of somebody else, who looks at the account as its owner sees it. */
    impersonatedBy: uuid('impersonated_by'),
  },
  (table) => [index('sessions__user_id').on(table.userId, table.id), index('sessions__expires_at').on(table.expiresAt)],
);

/** Refresh tokens by digest. A used one is kept, so that its second use is noticed. */
export const refreshTokens = auth.table(
  'refresh_tokens',
  {
    digest: text().primaryKey(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    usedAt: instant('used_at'),
    /** A digest of the address and the program of whoever used it. */
    usedFrom: text('used_from'),
    /** The same client presented it once more at the very moment of its use, and may again, at any replica. */
    contestedAt: instant('contested_at'),
  },
  (table) => [index('refresh_tokens__session_id').on(table.sessionId)],
);

/** Sign-ins that wait for a second factor: no session, and good for nothing else. */
export const pendingSignIns = auth.table(
  'pending_sign_ins',
  {
    tokenDigest: text('token_digest').primaryKey(),
    userId: uuid('user_id').notNull(),
    /** What was proved before. */
    methods: text().array().notNull(),
    /** When the password that was proved was set: with another one since, it is over. */
    passwordSetAt: instant('password_set_at').notNull(),
    /** The session that this one takes the place of. */
    replaces: uuid(),
    misses: integer().notNull().default(0),
    createdAt: instant('created_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
  },
  (table) => [
    index('pending_sign_ins__expires_at').on(table.expiresAt),
    index('pending_sign_ins__user_id').on(table.userId),
  ],
);
