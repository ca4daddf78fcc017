import type { Queryable, Transaction } from '@rollcall/database/connect';
import { and, asc, eq, gt, gte, isNotNull, isNull, lt, ne, or, sql } from 'drizzle-orm';
import { credentials } from './tables/credentials.ts';
import { apiKeys, serviceAccounts } from './tables/programs.ts';

export type ApiKey = typeof apiKeys.$inferSelect;

const alive = gt(apiKeys.expiresAt, sql`now()`);

export const insertApiKey = async (
  tx: Transaction,
  key: Pick<ApiKey, 'id' | 'ownerId' | 'name' | 'prefix' | 'digest' | 'scopes' | 'createdBy'>,
  { days, until }: { readonly days: number; readonly until: Date | null },
): Promise<ApiKey> => {
  const expiresAt = sql`least(now() + ${days} * interval '1 day', ${until?.toISOString() ?? 'infinity'}::timestamptz)`;
  const [stored] = await tx
    .insert(apiKeys)
    .values({ ...key, expiresAt })
    .returning();
  if (!stored) throw new Error('a key was not stored');
  return stored;
};

export const countApiKeys = (db: Queryable, ownerId: string): Promise<number> =>
  db.$count(apiKeys, and(eq(apiKeys.ownerId, ownerId), alive));

export const listApiKeys = (db: Queryable, ownerId: string, after: string | null, limit: number): Promise<ApiKey[]> =>
  db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.ownerId, ownerId), alive, after === null ? undefined : gt(apiKeys.id, after)))
    .orderBy(asc(apiKeys.id))
    .limit(limit);

/** The key with this digest, if it and its owner may come in; notes that it was used, once a minute at most. */
export const useApiKey = async (db: Queryable, digest: string): Promise<ApiKey | undefined> => {
  const [found] = await db
    .select({ key: apiKeys })
    .from(apiKeys)
    .leftJoin(credentials, eq(credentials.userId, apiKeys.ownerId))
    .leftJoin(serviceAccounts, eq(serviceAccounts.id, apiKeys.ownerId))
    .where(
      and(
        eq(apiKeys.digest, digest),
        alive,
        or(
          and(isNotNull(credentials.emailKey), isNull(credentials.disabledAt)),
          and(isNotNull(serviceAccounts.id), isNull(serviceAccounts.removedAt)),
        ),
      ),
    );
  if (!found) return undefined;
  await db
    .update(apiKeys)
    .set({ lastUsedAt: sql`date_trunc('minute', now())` })
    .where(
      and(
        eq(apiKeys.id, found.key.id),
        or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, sql`date_trunc('minute', now())`)),
      ),
    );
  return found.key;
};

/** Ends one key of an owner, or all of them. Returns their ids. */
export const deleteApiKeys = async (
  tx: Transaction,
  ownerId: string,
  which: 'all' | { readonly keyId: string },
): Promise<string[]> => {
  const chosen = which === 'all' ? undefined : eq(apiKeys.id, which.keyId);
  const deleted = await tx
    .delete(apiKeys)
    .where(and(eq(apiKeys.ownerId, ownerId), chosen))
    .returning({ id: apiKeys.id });
  return deleted.map(({ id }) => id);
};

/** Ends keys of others that somebody has made since a moment. */
export const deleteApiKeysMade = (
  tx: Transaction,
  by: string,
  since: Date,
): Promise<Pick<ApiKey, 'id' | 'ownerId'>[]> =>
  tx
    .delete(apiKeys)
    .where(and(eq(apiKeys.createdBy, by), ne(apiKeys.ownerId, by), gte(apiKeys.createdAt, since)))
    .returning({ id: apiKeys.id, ownerId: apiKeys.ownerId });

/** Those that have ended are kept for a month: whoever asks why a program stopped finds them in the database. */
export const deleteOldApiKeys = async (db: Queryable): Promise<void> => {
  await db.delete(apiKeys).where(lt(apiKeys.expiresAt, sql`now() - interval '30 days'`));
};
