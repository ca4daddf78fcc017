import { index, text, uuid } from 'drizzle-orm/pg-core';
import { auth, instant } from './auth.ts';

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
