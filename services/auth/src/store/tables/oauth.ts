import type { ClientSettings } from '@rollcall/types/routes/auth/oauth-clients';
import { index, integer, jsonb, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { auth, instant } from './auth.ts';

/** Scopes that tell an application about a person, and those at each API. */
export interface Granted {
  readonly openid: readonly string[];
  readonly resources: Readonly<Record<string, readonly string[]>>;
}

/** Applications that may ask people for access. */
export const oauthClients = auth.table(
  'oauth_clients',
  {
    id: text().primaryKey(),
    /** As `POST /v1/oauth/clients` takes them. */
    settings: jsonb().$type<ClientSettings>().notNull(),
    /** Whose members alone it can sign in; null for one that is everybody's. */
    organizationId: uuid('organization_id'),
    /** Of one that has registered itself: of what it may change that with. */
    registrationDigest: text('registration_digest').unique('oauth_clients__registration_digest'),
    /** Of one that has registered itself: when somebody let it in, or no longer. */
    lastLetInAt: instant('last_let_in_at'),
    disabledAt: instant('disabled_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [index('oauth_clients__organization_id').on(table.organizationId, table.id)],
);

/** Secrets of applications, by digest: the newest, and those that still overlap with it. */
export const oauthClientSecrets = auth.table(
  'oauth_client_secrets',
  {
    digest: text().primaryKey(),
    clientId: text('client_id')
      .notNull()
      .references(() => oauthClients.id, { onDelete: 'cascade' }),
    createdAt: instant('created_at').notNull().defaultNow(),
    /** Null for the newest. */
    expiresAt: instant('expires_at'),
  },
  (table) => [index('oauth_client_secrets__client_id').on(table.clientId)],
);

/** What people have let applications do, until they take it back. */
export const oauthConsents = auth.table(
  'oauth_consents',
  {
    id: uuid().primaryKey(),
    userId: uuid('user_id').notNull(),
    clientId: text('client_id')
      .notNull()
      .references(() => oauthClients.id, { onDelete: 'cascade' }),
    granted: jsonb().$type<Granted>().notNull(),
    givenAt: instant('given_at').notNull().defaultNow(),
  },
  (table) => [
    unique('oauth_consents__user_id__client_id').on(table.userId, table.clientId),
    index('oauth_consents__client_id').on(table.clientId),
  ],
);

/**
 * What the OAuth provider keeps: codes, tokens, grants, interactions, sessions. Found by keyed digests of what they are
 * presented by; the rest of each is sealed.
 */
export const oauthRecords = auth.table(
  'oauth_records',
  {
    kind: text().notNull(),
    digest: text().notNull(),
    sealed: text().notNull(),
    /** The second names that some are found by, as digests. */
    uid: text(),
    userCode: text('user_code'),
    grantId: text('grant_id'),
    clientId: text('client_id'),
    userId: uuid('user_id'),
    /** The session that a session of the provider stands for. */
    sessionId: uuid('session_id'),
    createdAt: instant('created_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
    /** When it was used up; it is kept, so that its second use is noticed. */
    consumedAt: instant('consumed_at'),
    /** A digest of the address and the program of whoever used it. */
    consumedFrom: text('consumed_from'),
  },
  (table) => [
    primaryKey({ name: 'oauth_records__pkey', columns: [table.kind, table.digest] }),
    index('oauth_records__uid').on(table.uid),
    index('oauth_records__user_code').on(table.userCode),
    index('oauth_records__grant_id').on(table.grantId),
    index('oauth_records__client_id').on(table.clientId, table.userId),
    index('oauth_records__user_id').on(table.userId),
    index('oauth_records__session_id').on(table.sessionId),
    index('oauth_records__expires_at').on(table.expiresAt),
  ],
);

/** Which applications somebody has signed in at by a session of ours, and what it is called there. */
export const oauthParticipants = auth.table(
  'oauth_participants',
  {
    sessionId: uuid('session_id').notNull(),
    clientId: text('client_id').notNull(),
    sid: text().notNull(),
    /** When the session does, at the latest. */
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'oauth_participants__pkey', columns: [table.sessionId, table.clientId] }),
    index('oauth_participants__expires_at').on(table.expiresAt),
  ],
);

/** Applications that are still to be told that a session has ended. */
export const oauthLogouts = auth.table(
  'oauth_logouts',
  {
    id: uuid().primaryKey().defaultRandom(),
    clientId: text('client_id')
      .notNull()
      .references(() => oauthClients.id, { onDelete: 'cascade' }),
    userId: uuid('user_id').notNull(),
    sid: text().notNull(),
    attempts: integer().notNull().default(0),
    nextAttemptAt: instant('next_attempt_at').notNull().defaultNow(),
  },
  (table) => [
    index('oauth_logouts__next_attempt_at').on(table.nextAttemptAt),
    index('oauth_logouts__client_id').on(table.clientId),
  ],
);
