import { index, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { auth, instant } from './auth.ts';
import { credentials } from './credentials.ts';

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
