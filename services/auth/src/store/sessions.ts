import type { Queryable, Transaction } from '@rollcall/database/connect';
import {
  and,
  asc,
  desc,
  eq,
  gt,
  inArray,
  isNull,
  lt,
  ne,
  notExists,
  or,
  type Placeholder,
  type SQL,
  sql,
} from 'drizzle-orm';
import { credentials } from './tables/credentials.ts';
import { refreshTokens, sessions } from './tables/sessions.ts';

export type Session = typeof sessions.$inferSelect;
export type NewSession = Omit<Session, 'createdAt' | 'lastUsedAt' | 'endedAt'>;

/** @param refreshDigest absent for a session that ends with its first access token */
export const insertSession = async (
  tx: Transaction,
  session: NewSession,
  refreshDigest: string | undefined,
): Promise<void> => {
  await tx.insert(sessions).values(session);
  if (refreshDigest) await tx.insert(refreshTokens).values({ digest: refreshDigest, sessionId: session.id });
};

/** A person's own sessions beyond so many, the longest-standing first to go; who looks at the account ends none of them. */
export const findSurplusSessions = async (db: Queryable, userId: string, most: number): Promise<string[]> => {
  const own = and(eq(sessions.userId, userId), isNull(sessions.impersonatedBy));
  const rows = await db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(own, isNull(sessions.endedAt), gt(sessions.expiresAt, sql`now()`)))
    .orderBy(desc(sessions.id))
    .offset(most);
  return rows.map(({ id }) => id);
};

/** Has this person signed in before, but never with this user agent? */
export const isNewDevice = async (db: Queryable, userId: string, userAgent: string): Promise<boolean> => {
  const own = and(eq(sessions.userId, userId), isNull(sessions.impersonatedBy));
  const theirs = db.select({ id: sessions.id }).from(sessions).where(own);
  const same = db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(own, eq(sessions.userAgent, userAgent)));
  const [row] = await db
    .select({ isNew: sql<boolean>`exists ${theirs} and not exists ${same}` })
    .from(sql`(select) one`);
  return row?.isNew ?? false;
};

/** Has whoever the credential belongs to been signed in from this address with this user agent? */
export const wasSignedInFrom = async (
  db: Queryable,
  whose: SQL,
  origin: Pick<Session, 'ipAddress' | 'userAgent'>,
): Promise<boolean> => {
  const found = await db
    .select({ id: sessions.id })
    .from(sessions)
    .innerJoin(credentials, eq(credentials.userId, sessions.userId))
    .where(and(whose, eq(sessions.ipAddress, origin.ipAddress), eq(sessions.userAgent, origin.userAgent)))
    .limit(1);
  return found.length === 1;
};

/** Has it neither ended nor expired, and was it used lately? */
export const isLive = (idleMilliseconds: number | Placeholder): SQL | undefined =>
  and(
    isNull(sessions.endedAt),
    gt(sessions.expiresAt, sql`now()`),
    gt(sessions.lastUsedAt, sql`now() - ${idleMilliseconds} * interval '1 millisecond'`),
  );

export const listLiveSessions = (
  db: Queryable,
  userId: string,
  idleMilliseconds: number,
  after: string | null,
  limit: number,
): Promise<Session[]> =>
  db
    .select()
    .from(sessions)
    .where(
      and(eq(sessions.userId, userId), isLive(idleMilliseconds), after === null ? undefined : gt(sessions.id, after)),
    )
    .orderBy(asc(sessions.id))
    .limit(limit);

/** Which of a person's sessions: some, all but one, or all. */
export type Selection = { readonly only: readonly string[] } | { readonly except: string } | 'all';

/** Ends sessions that have not ended; returns those that this call ended. */
export const endSessions = async (tx: Transaction, userId: string, selection: Selection): Promise<string[]> => {
  const chosen =
    selection === 'all'
      ? undefined
      : 'only' in selection
        ? inArray(sessions.id, [...selection.only])
        : ne(sessions.id, selection.except);
  const ended = await tx
    .update(sessions)
    .set({ endedAt: sql`now()` })
    .where(and(eq(sessions.userId, userId), isNull(sessions.endedAt), chosen))
    .returning({ id: sessions.id });
  return ended.map(({ id }) => id);
};

/** Has a session not ended by anything but its age? */
export const isOpen = async (db: Queryable, id: string): Promise<boolean> => {
  const found = await db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.id, id), isNull(sessions.endedAt)));
  return found.length === 1;
};

/** Deletes sessions that have long been over, or refresh tokens of them first: one may have any number; returns how many it was. */
export const deleteOldSessions = async (db: Queryable, limit: number): Promise<number> => {
  const isOld = or(
    lt(sessions.expiresAt, sql`now() - interval '30 days'`),
    lt(sessions.endedAt, sql`now() - interval '30 days'`),
  );
  const tokens = db
    .select({ digest: refreshTokens.digest })
    .from(refreshTokens)
    .innerJoin(sessions, eq(sessions.id, refreshTokens.sessionId))
    .where(isOld)
    .limit(limit);
  const spent = await db
    .delete(refreshTokens)
    .where(inArray(refreshTokens.digest, tokens))
    .returning({ digest: refreshTokens.digest });
  if (spent.length === limit) return limit;
  const bare = notExists(db.select().from(refreshTokens).where(eq(refreshTokens.sessionId, sessions.id)));
  const old = db.select({ id: sessions.id }).from(sessions).where(and(isOld, bare)).limit(limit);
  const deleted = await db.delete(sessions).where(inArray(sessions.id, old)).returning({ id: sessions.id });
  return deleted.length;
};
