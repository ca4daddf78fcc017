import { bigint, boolean, index, text, uuid } from 'drizzle-orm/pg-core';
import { auth, instant } from './auth.ts';

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
