import { idempotencyKeysTable } from '@rollcall/database/idempotency-keys';
import { rateLimitsTable } from '@rollcall/database/rate-limits';
import {
  inboxTable,
  outboxTable,
  parkedEventsTable,
  streamMarksTable,
  subjectSequencesTable,
} from '@rollcall/events/event-tables';
import { bigint, boolean, index, integer, jsonb, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { JWK } from 'jose';
import { auth, instant } from './auth-schema.ts';

// What the migrations are made from is all that this file exports.
export { auth } from './auth-schema.ts';
export * from './oauth-schema.ts';
export * from './organization-schema.ts';

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

/** Accounts of programs. One that was removed is kept, so that its id is never anybody else's. */
export const serviceAccounts = auth.table('service_accounts', {
  id: uuid().primaryKey(),
  name: text().notNull(),
  description: text().notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  removedAt: instant('removed_at'),
});

/** Keys by which programs act as a person or as a service account, by digest. */
export const apiKeys = auth.table(
  'api_keys',
  {
    id: uuid().primaryKey(),
    /** Whom it acts as: a person or a service account. */
    ownerId: uuid('owner_id').notNull(),
    name: text().notNull(),
    prefix: text().notNull(),
    digest: text().notNull().unique('api_keys__digest'),
    createdBy: uuid('created_by').notNull(),
    scopes: text().array().notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
    /** To the minute. */
    lastUsedAt: instant('last_used_at'),
  },
  (table) => [
    index('api_keys__owner_id').on(table.ownerId, table.id),
    index('api_keys__created_by').on(table.createdBy),
    index('api_keys__expires_at').on(table.expiresAt),
  ],
);

/** Authenticator apps. One that was not confirmed in time is as if it had never been. */
export const totpFactors = auth.table(
  'totp_factors',
  {
    id: uuid().primaryKey(),
    userId: uuid('user_id').notNull(),
    name: text().notNull(),
    sealedSecret: text('sealed_secret').notNull(),
    /** The newest time step whose code was used: it and those before it are spent, at every replica. */
    usedStep: bigint('used_step', { mode: 'number' }).notNull().default(0),
    createdAt: instant('created_at').notNull().defaultNow(),
    /** Until when it may be confirmed; null once it was. */
    expiresAt: instant('expires_at'),
    lastUsedAt: instant('last_used_at'),
  },
  (table) => [index('totp_factors__user_id').on(table.userId), index('totp_factors__expires_at').on(table.expiresAt)],
);

/** Keys that sign for one person, kept by their devices (WebAuthn). */
export const passkeys = auth.table(
  'passkeys',
  {
    id: uuid().primaryKey(),
    userId: uuid('user_id').notNull(),
    /** What the authenticator calls it; nobody else's may have the same. */
    credentialId: text('credential_id').notNull().unique('passkeys__credential_id'),
    name: text().notNull(),
    /** As COSE has it, in base64url. */
    publicKey: text('public_key').notNull(),
    /** How often it has signed, where its authenticator counts. */
    signCount: bigint('sign_count', { mode: 'number' }).notNull(),
    /** It may be on several devices. */
    synced: boolean().notNull(),
    /** How a browser reaches it. */
    transports: text().array().notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    lastUsedAt: instant('last_used_at'),
  },
  (table) => [index('passkeys__user_id').on(table.userId)],
);

/** What a passkey is to sign, each good once, and for one purpose. */
export const passkeyChallenges = auth.table(
  'passkey_challenges',
  {
    digest: text().primaryKey(),
    purpose: text({ enum: ['registration', 'sign_in', 'second_factor'] }).notNull(),
    /** The session, or the pending sign-in, that asked for it. */
    askedBy: text('asked_by'),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [index('passkey_challenges__expires_at').on(table.expiresAt)],
);

/** Codes for whoever has lost their second factor, by keyed digest. A used one is kept until there are new ones. */
export const recoveryCodes = auth.table(
  'recovery_codes',
  {
    digest: text().primaryKey(),
    userId: uuid('user_id').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    usedAt: instant('used_at'),
  },
  (table) => [index('recovery_codes__user_id').on(table.userId)],
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

/** Accounts with providers that sign people in. Who somebody is to an issuer never changes; their address may. */
export const identities = auth.table(
  'identities',
  {
    id: uuid().primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => credentials.userId, { onDelete: 'cascade' }),
    /** The provider by which it came. */
    authType: text('auth_type').notNull().default('firebase'),
    issuer: text().notNull(),
    externalId: text('external_id').notNull(),
    /** By a provider of an organization: the domain for which it spoke when it was linked. */
    domain: text(),
    createdAt: instant('created_at').notNull().defaultNow(),
    lastUsedAt: instant('last_used_at'),
  },
  (table) => [
    unique('identities__issuer_external_id').on(table.issuer, table.externalId),
    index('identities__user_id').on(table.userId),
  ],
);

/** Who has become a member of an organization by a provider of it: nobody does twice, though they unlink it and link it anew. */
export const organizationAdmissions = auth.table(
  'organization_admissions',
  {
    organizationId: uuid('organization_id').notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => credentials.userId, { onDelete: 'cascade' }),
    issuer: text().notNull(),
    externalId: text('external_id').notNull(),
    admittedAt: instant('admitted_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({
      name: 'organization_admissions__pkey',
      columns: [table.userId, table.organizationId, table.issuer, table.externalId],
    }),
    index('organization_admissions__external_id').on(table.externalId),
  ],
);

/** Sign-ins that were begun at a provider: good once, for ten minutes, in the browser that began them. */
export const identitySignIns = auth.table(
  'identity_sign_ins',
  {
    stateDigest: text('state_digest').primaryKey(),
    authType: text('auth_type').notNull(),
    purpose: text({ enum: ['sign_in', 'link'] }).notNull(),
    browserDigest: text('browser_digest').notNull(),
    /** What the provider's answer is checked with: the nonce, and the verifier of its code. */
    sealedChecks: text('sealed_checks').notNull(),
    returnTo: text('return_to').notNull(),
    /** Who links it, and in which session; null for a sign-in. */
    userId: uuid('user_id'),
    sessionId: uuid('session_id'),
    createdAt: instant('created_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
  },
  (table) => [index('identity_sign_ins__expires_at').on(table.expiresAt)],
);

/** Keys that sign access tokens: the newest signs, older ones stay published while their tokens live. */
export const signingKeys = auth.table('signing_keys', {
  id: text().primaryKey(),
  algorithm: text().notNull(),
  sealedPrivateKey: text('sealed_private_key').notNull(),
  publicKey: jsonb('public_key').$type<JWK>().notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  /** When another key took over. */
  retiredAt: instant('retired_at'),
});

/** One row: the position of the newest revocation. Its lock makes positions gapless and puts them in commit order. */
export const revocationHead = auth.table('revocation_head', {
  id: integer().primaryKey(),
  position: bigint({ mode: 'number' }).notNull(),
});

/** What ended before its tokens expired. The gateway follows these; rows go when no token can be left. */
export const revocations = auth.table(
  'revocations',
  {
    position: bigint({ mode: 'number' }).primaryKey(),
    kind: text({ enum: ['session', 'token'] }).notNull(),
    value: text().notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [index('revocations__expires_at').on(table.expiresAt), index('revocations__value').on(table.value)],
);

export const rateLimits = rateLimitsTable(auth);
export const idempotencyKeys = idempotencyKeysTable(auth);
export const outbox = outboxTable(auth);
export const subjectSequences = subjectSequencesTable(auth);
export const inbox = inboxTable(auth);
export const parkedEvents = parkedEventsTable(auth);
export const streamMarks = streamMarksTable(auth);
export const eventTables = { outbox, subjectSequences, inbox, parkedEvents, streamMarks };
