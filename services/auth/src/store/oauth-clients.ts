import { standInLine } from '@rollcall/database/advisory-lock';
import type { Queryable, Transaction } from '@rollcall/database/connect';
import type { ClientSettings } from '@rollcall/types/routes/auth/oauth-clients';
import { and, asc, eq, gt, isNotNull, isNull, lt, lte, notExists, or, sql } from 'drizzle-orm';
import { oauthClientSecrets, oauthClients, oauthConsents } from './tables/oauth.ts';

export type OAuthClient = typeof oauthClients.$inferSelect;

export const insertClient = async (
  tx: Transaction,
  added: Pick<OAuthClient, 'id' | 'settings' | 'registrationDigest' | 'organizationId'>,
): Promise<OAuthClient> => {
  const [client] = await tx.insert(oauthClients).values(added).returning();
  if (!client) throw new Error('a client was not stored');
  return client;
};

export const findClient = async (db: Queryable, id: string): Promise<OAuthClient | undefined> => {
  const [client] = await db.select().from(oauthClients).where(eq(oauthClients.id, id));
  return client;
};

/** One that has registered itself and is not disabled, by what it was given for that. */
export const findRegistered = async (db: Queryable, registrationDigest: string): Promise<OAuthClient | undefined> => {
  const [client] = await db
    .select()
    .from(oauthClients)
    .where(and(eq(oauthClients.registrationDigest, registrationDigest), isNull(oauthClients.disabledAt)));
  return client;
};

/**
 * One that has registered itself, that nobody lets in and nobody has for a month. What it was given beside lets it do something
 * that needs nobody.
 */
const isUnused = (db: Queryable) => {
  const { id, settings, registrationDigest, createdAt, lastLetInAt } = oauthClients;
  const isOld = lt(sql`coalesce(${lastLetInAt}, ${createdAt})`, sql`now() - interval '30 days'`);
  const isGiven = sql`(${settings} -> 'grantTypes') ?| array['client_credentials', 'urn:ietf:params:oauth:grant-type:token-exchange']`;
  const isLetIn = db.select().from(oauthConsents).where(eq(oauthConsents.clientId, id));
  return and(isNotNull(registrationDigest), isOld, sql`${isGiven} is not true`, notExists(isLetIn));
};

export const findUnusedRegistered = async (db: Queryable, limit: number): Promise<string[]> => {
  const rows = await db.select({ id: oauthClients.id }).from(oauthClients).where(isUnused(db)).limit(limit);
  return rows.map((row) => row.id);
};

/** One that was let in a moment ago is not; nobody else changes it until the transaction ends. */
export const holdUnused = async (tx: Transaction, id: string): Promise<OAuthClient | undefined> => {
  const client = await holdClient(tx, id);
  const [unused] = await tx
    .select({ id: oauthClients.id })
    .from(oauthClients)
    .where(and(eq(oauthClients.id, id), isUnused(tx)));
  return unused && client;
};

/** Lets nobody else change it until the transaction ends. */
export const holdClient = async (tx: Transaction, id: string): Promise<OAuthClient | undefined> => {
  const [client] = await tx.select().from(oauthClients).where(eq(oauthClients.id, id)).for('update');
  return client;
};

/** @param organizationId of the ones that belong to it alone; of all, where it is undefined */
export const listClients = (
  db: Queryable,
  organizationId: string | undefined,
  after: string | null,
  limit: number,
): Promise<OAuthClient[]> =>
  db
    .select()
    .from(oauthClients)
    .where(
      and(
        organizationId === undefined ? undefined : eq(oauthClients.organizationId, organizationId),
        after === null ? undefined : gt(oauthClients.id, after),
      ),
    )
    .orderBy(asc(oauthClients.id))
    .limit(limit);

/** How many an organization has; nobody adds another one to it until the transaction ends. */
export const countClientsOf = async (tx: Transaction, organizationId: string): Promise<number> => {
  await standInLine(tx, `clients of ${organizationId}`);
  return tx.$count(oauthClients, eq(oauthClients.organizationId, organizationId));
};

export const changeClient = async (
  tx: Transaction,
  id: string,
  settings: ClientSettings,
  enabled: boolean,
): Promise<OAuthClient | undefined> => {
  const disabledAt = enabled ? null : sql`coalesce(${oauthClients.disabledAt}, now())`;
  const [client] = await tx
    .update(oauthClients)
    .set({ settings, disabledAt })
    .where(eq(oauthClients.id, id))
    .returning();
  return client;
};

export const deleteClient = async (tx: Transaction, id: string): Promise<void> => {
  await tx.delete(oauthClients).where(eq(oauthClients.id, id));
};

/** Digests of the secrets that are good now. */
export const findSecretDigests = async (db: Queryable, clientId: string): Promise<string[]> => {
  const rows = await db
    .select({ digest: oauthClientSecrets.digest })
    .from(oauthClientSecrets)
    .where(
      and(
        eq(oauthClientSecrets.clientId, clientId),
        or(isNull(oauthClientSecrets.expiresAt), gt(oauthClientSecrets.expiresAt, sql`now()`)),
      ),
    )
    .orderBy(asc(oauthClientSecrets.digest));
  return rows.map(({ digest }) => digest);
};

/** A secret that works from now on; those before it for so much longer, and none of them for longer than it had. */
export const replaceSecret = async (
  tx: Transaction,
  clientId: string,
  digest: string,
  overlapSeconds: number,
): Promise<void> => {
  const end = sql`now() + ${overlapSeconds} * interval '1 second'`;
  await tx
    .update(oauthClientSecrets)
    .set({ expiresAt: sql`least(coalesce(${oauthClientSecrets.expiresAt}, 'infinity'), ${end})` })
    .where(eq(oauthClientSecrets.clientId, clientId));
  await tx.insert(oauthClientSecrets).values({ clientId, digest });
};

export const deleteExpiredSecrets = async (db: Queryable): Promise<void> => {
  await db.delete(oauthClientSecrets).where(lte(oauthClientSecrets.expiresAt, sql`now()`));
};
