import type { Queryable, Transaction } from '@rollcall/database/connect';
import { and, desc, eq, gt, inArray, isNull, lte, type SQL, sql } from 'drizzle-orm';
import { oauthRecords } from './tables/oauth.ts';

export type OAuthRecord = typeof oauthRecords.$inferSelect;
export type NewOAuthRecord = Pick<
  OAuthRecord,
  'kind' | 'digest' | 'sealed' | 'uid' | 'userCode' | 'grantId' | 'clientId' | 'userId' | 'sessionId'
>;

/** What the provider calls the tokens that are presented to APIs. */
export const accessTokenKind = 'AccessToken';

/** Another name that a record is found by. */
export type RecordName = 'digest' | 'uid' | 'userCode';

// The database's clock alone says what is over: clean-up only makes room.
const isAlive = gt(oauthRecords.expiresAt, sql`now()`);
const at = (kind: string, digest: string) => and(eq(oauthRecords.kind, kind), eq(oauthRecords.digest, digest));
const secondsFromNow = (seconds: number) => sql`now() + ${seconds} * interval '1 second'`;

/** Keeps a record, in place of one of the same name; that it was used up stays as it is. */
export const keepRecord = async (db: Queryable, record: NewOAuthRecord, seconds: number): Promise<void> => {
  const { kind: _, digest: __, ...changed } = record;
  const expiresAt = secondsFromNow(seconds);
  await db
    .insert(oauthRecords)
    .values({ ...record, expiresAt })
    .onConflictDoUpdate({ target: [oauthRecords.kind, oauthRecords.digest], set: { ...changed, expiresAt } });
};

/** Keeps a record, unless there is one of the same name; false when there is. */
export const keepFirstRecord = async (db: Queryable, record: NewOAuthRecord, seconds: number): Promise<boolean> => {
  const expiresAt = secondsFromNow(seconds);
  const kept = await db
    .insert(oauthRecords)
    .values({ ...record, expiresAt })
    .onConflictDoUpdate({
      target: [oauthRecords.kind, oauthRecords.digest],
      set: { sealed: record.sealed, expiresAt },
      setWhere: lte(oauthRecords.expiresAt, sql`now()`),
    })
    .returning({ digest: oauthRecords.digest });
  return kept.length === 1;
};

/** @param origin whoever asks; `hasty` says that they used it up themselves, a moment ago */
export const findRecord = async (
  db: Queryable,
  kind: string,
  name: RecordName,
  value: string,
  origin: string,
): Promise<(OAuthRecord & { readonly hasty: boolean }) | undefined> => {
  const hasty = sql<boolean>`coalesce(${oauthRecords.consumedFrom} = ${origin}
    and ${oauthRecords.consumedAt} > clock_timestamp() - interval '1 second', false)`;
  const [found] = await db
    .select({ record: oauthRecords, hasty })
    .from(oauthRecords)
    .where(and(eq(oauthRecords.kind, kind), eq(oauthRecords[name], value), isAlive))
    .orderBy(desc(oauthRecords.createdAt))
    .limit(1);
  return found && { ...found.record, hasty: found.hasty };
};

export const findRecordOfSession = async (db: Queryable, sessionId: string): Promise<OAuthRecord | undefined> => {
  const [found] = await db
    .select()
    .from(oauthRecords)
    .where(and(eq(oauthRecords.sessionId, sessionId), isAlive))
    .orderBy(desc(oauthRecords.createdAt))
    .limit(1);
  return found;
};

/** Uses a record up: a compare-and-set, so that of any number who present it at once one succeeds. */
export const consumeRecord = async (db: Queryable, kind: string, digest: string, origin: string): Promise<boolean> => {
  const consumed = await db
    .update(oauthRecords)
    .set({ consumedAt: sql`clock_timestamp()`, consumedFrom: origin })
    .where(and(at(kind, digest), isNull(oauthRecords.consumedAt), isAlive))
    .returning({ digest: oauthRecords.digest });
  return consumed.length === 1;
};

/** @returns the digests of the access tokens among what was removed: gateways may still remember them */
const remove = async (db: Queryable, which: SQL | undefined): Promise<string[]> => {
  const removed = await db
    .delete(oauthRecords)
    .where(which)
    .returning({ kind: oauthRecords.kind, digest: oauthRecords.digest });
  return removed.filter(({ kind }) => kind === accessTokenKind).map(({ digest }) => digest);
};

export const removeRecord = (db: Queryable, kind: string, digest: string) => remove(db, at(kind, digest));

/** What an application has for APIs just now; what it may ask for more with stays. */
export const removeAccessTokensOfClient = (db: Queryable, clientId: string) =>
  remove(db, and(eq(oauthRecords.kind, accessTokenKind), eq(oauthRecords.clientId, clientId)));

/** All of one kind that hang on a grant. */
export const removeRecordsOfGrant = (db: Queryable, kind: string, grantId: string) =>
  remove(db, and(eq(oauthRecords.kind, kind), eq(oauthRecords.grantId, grantId)));

/** Everything that hangs on a grant, itself included. */
export const removeGrant = (db: Queryable, grantId: string) => remove(db, eq(oauthRecords.grantId, grantId));

/** Everything that an application was given: by one person, or by all. */
export const removeRecordsOfClient = (db: Queryable, clientId: string, userId?: string) =>
  remove(
    db,
    and(eq(oauthRecords.clientId, clientId), userId === undefined ? undefined : eq(oauthRecords.userId, userId)),
  );

/** Everything that a person has given to any application. */
export const removeRecordsOfUser = (db: Queryable, userId: string) => remove(db, eq(oauthRecords.userId, userId));

/** What stands for sessions that have ended. What was given for the time of one is found with it, and so no more. */
export const removeRecordsOfSessions = async (tx: Transaction, sessionIds: readonly string[]): Promise<void> => {
  if (sessionIds.length > 0) await remove(tx, inArray(oauthRecords.sessionId, [...sessionIds]));
};

/** Another session has taken the place of one: applications stay signed in. */
export const moveRecordsOfSession = async (tx: Transaction, from: string, to: string): Promise<void> => {
  await tx.update(oauthRecords).set({ sessionId: to }).where(eq(oauthRecords.sessionId, from));
};

export const deleteExpiredRecords = async (db: Queryable, limit: number): Promise<number> => {
  const old = db
    .select({ kind: oauthRecords.kind, digest: oauthRecords.digest })
    .from(oauthRecords)
    .where(lte(oauthRecords.expiresAt, sql`now()`))
    .limit(limit);
  const deleted = await db
    .delete(oauthRecords)
    .where(sql`(${oauthRecords.kind}, ${oauthRecords.digest}) in ${old}`)
    .returning({ digest: oauthRecords.digest });
  return deleted.length;
};
