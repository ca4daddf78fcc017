import type { ProviderSettings } from '@rollcall/types/routes/auth/organization-providers';
import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { auth, instant } from './auth.ts';

/** Domains that organizations say are theirs. Many may say so; one has proved it. */
export const organizationDomains = auth.table(
  'organization_domains',
  {
    id: uuid().primaryKey(),
    organizationId: uuid('organization_id').notNull(),
    /** In ASCII, lower case. */
    domain: text().notNull(),
    /** To be found in DNS: no secret. */
    token: text().notNull(),
    verifiedAt: instant('verified_at'),
    /** Since when the record of a verified one is gone. */
    missingSince: instant('missing_since'),
    /** When to look again, of a verified one. */
    lookAt: instant('look_at').notNull().defaultNow(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    unique('organization_domains__organization_id_domain').on(table.organizationId, table.domain),
    uniqueIndex('organization_domains__domain').on(table.domain).where(sql`verified_at is not null`),
    index('organization_domains__claims').on(table.domain),
    index('organization_domains__look_at').on(table.lookAt).where(sql`verified_at is not null`),
  ],
);

/** Identity providers of organizations. */
export const organizationProviders = auth.table(
  'organization_providers',
  {
    id: uuid().primaryKey(),
    organizationId: uuid('organization_id').notNull(),
    /** As `POST /v1/organizations/:organizationId/identity-providers` takes them. */
    settings: jsonb().$type<ProviderSettings>().notNull(),
    sealedSecret: text('sealed_secret').notNull(),
    signUp: boolean('sign_up').notNull(),
    enabled: boolean().notNull(),
    /** It may be at the private addresses that the operator has named: somebody added it who manages all applications. */
    mayBePrivate: boolean('may_be_private').notNull(),
    /** Counts changes: what was made for an earlier one is not used for a later one. */
    version: integer().notNull().default(1),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [index('organization_providers__organization_id').on(table.organizationId, table.id)],
);
