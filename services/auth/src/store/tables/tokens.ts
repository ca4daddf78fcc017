import { bigint, index, integer, jsonb, text } from 'drizzle-orm/pg-core';
import type { JWK } from 'jose';
import { auth, instant } from './auth.ts';

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
