import type { Queryable } from '@rollcall/database/connect';
import { and, eq, isNotNull, isNull, type SQL } from 'drizzle-orm';
import { isLive } from './sessions.ts';
import { credentials } from './tables/credentials.ts';
import { refreshTokens, sessions } from './tables/sessions.ts';

/** Somebody who is signed in, as of now. */
export interface SignedIn {
  readonly sessionId: string;
  readonly userId: string;
  readonly methods: readonly string[];
  readonly authenticatedAt: Date;
}

const columns = {
  sessionId: sessions.id,
  userId: sessions.userId,
  methods: sessions.methods,
  authenticatedAt: sessions.authenticatedAt,
};

const isUsable = and(isNull(credentials.disabledAt), isNotNull(credentials.emailKey));

const find = async (db: Queryable, idleMilliseconds: number, which: SQL): Promise<SignedIn | undefined> => {
  const [found] = await db
    .select(columns)
    .from(sessions)
    .innerJoin(credentials, eq(credentials.userId, sessions.userId))
    .where(and(which, isLive(idleMilliseconds), isUsable));
  return found;
};

export const findSignedIn = (db: Queryable, idleMilliseconds: number, sessionId: string) =>
  find(db, idleMilliseconds, eq(sessions.id, sessionId));

/** By a refresh token that was not used yet; this does not use it. */
export const findSignedInByRefresh = async (
  db: Queryable,
  idleMilliseconds: number,
  digest: string,
): Promise<SignedIn | undefined> => {
  const [token] = await db
    .select({ sessionId: refreshTokens.sessionId })
    .from(refreshTokens)
    .where(and(eq(refreshTokens.digest, digest), isNull(refreshTokens.usedAt)));
  return token && findSignedIn(db, idleMilliseconds, token.sessionId);
};
