import { standInLine } from '@rollcall/database/advisory-lock';
import type { Queryable, Transaction } from '@rollcall/database/connect';
import { newId } from '@rollcall/service-kit/identity';
import { and, asc, eq, gt, isNotNull, sql } from 'drizzle-orm';
import { type Granted, oauthClients, oauthConsents } from './tables/oauth.ts';

export type OAuthConsent = typeof oauthConsents.$inferSelect;

export const findConsent = async (
  db: Queryable,
  userId: string,
  clientId: string,
): Promise<OAuthConsent | undefined> => {
  const [consent] = await db
    .select()
    .from(oauthConsents)
    .where(and(eq(oauthConsents.userId, userId), eq(oauthConsents.clientId, clientId)));
  return consent;
};

/** Is it still there, whatever is just being done about it? */
export const isConsentGiven = async (db: Queryable, id: string): Promise<boolean> => {
  const found = await db.select().from(oauthConsents).where(eq(oauthConsents.id, id)).for('share');
  return found.length > 0;
};

const union = (one: readonly string[] = [], other: readonly string[] = []): string[] => [
  ...new Set([...one, ...other]),
];

/** Adds to what a person has let an application do. */
export const addConsent = async (
  tx: Transaction,
  userId: string,
  clientId: string,
  granted: Granted,
): Promise<OAuthConsent> => {
  await standInLine(tx, `consent of ${userId} to ${clientId}`);
  await letInNow(tx, clientId);
  const known = await findConsent(tx, userId, clientId);
  const resources = [...Object.keys(known?.granted.resources ?? {}), ...Object.keys(granted.resources)];
  const all: Granted = {
    openid: union(known?.granted.openid, granted.openid),
    resources: Object.fromEntries(
      resources.map((uri) => [uri, union(known?.granted.resources[uri], granted.resources[uri])]),
    ),
  };
  const [consent] = await tx
    .insert(oauthConsents)
    .values({ id: newId(), userId, clientId, granted: all })
    .onConflictDoUpdate({
      target: [oauthConsents.userId, oauthConsents.clientId],
      set: { granted: all, givenAt: sql`now()` },
    })
    .returning();
  if (!consent) throw new Error('a consent was not stored');
  return consent;
};

export const listConsents = (db: Queryable, userId: string, after: string | null, limit: number) =>
  db
    .select({ consent: oauthConsents, settings: oauthClients.settings })
    .from(oauthConsents)
    .innerJoin(oauthClients, eq(oauthClients.id, oauthConsents.clientId))
    .where(and(eq(oauthConsents.userId, userId), after === null ? undefined : gt(oauthConsents.id, after)))
    .orderBy(asc(oauthConsents.id))
    .limit(limit);

export const deleteConsent = async (tx: Transaction, userId: string, id: string): Promise<OAuthConsent | undefined> => {
  const its = and(eq(oauthConsents.userId, userId), eq(oauthConsents.id, id));
  const [given] = await tx.select({ clientId: oauthConsents.clientId }).from(oauthConsents).where(its);
  // The application first, as whoever gives one does.
  if (given) await letInNow(tx, given.clientId);
  const [consent] = await tx.delete(oauthConsents).where(its).returning();
  return consent;
};

const letInNow = (tx: Transaction, clientId: string) =>
  tx
    .update(oauthClients)
    .set({ lastLetInAt: sql`now()` })
    .where(and(eq(oauthClients.id, clientId), isNotNull(oauthClients.registrationDigest)));
