import type { Database, Transaction } from '@rollcall/database/connect';
import { and, eq, getTableColumns, isNotNull, isNull, sql } from 'drizzle-orm';
import { isLive, type Session } from './sessions.ts';
import { credentials } from './tables/credentials.ts';
import { refreshTokens, sessions } from './tables/sessions.ts';

export type Redemption =
  | { readonly outcome: 'redeemed'; readonly session: Session }
  | {
      readonly outcome: 'reused';
      readonly session: Session;
      /** So soon after its use, and from where that came, that it may be the same client once more. */
      readonly maybeHasty: boolean;
    }
  | { readonly outcome: 'refused' };

export interface Presentation {
  readonly idleMilliseconds: number;
  /** Stands for the client: the same for all that it does from one place. */
  readonly origin: string;
  /** How long ago it arrived. */
  readonly waitedMilliseconds: () => number;
}

/** What a client sends in one breath arrives within it. */
const breathMilliseconds = 250;

/**
 * Uses a refresh token up and puts the next one in its place: a compare-and-set, so that of any number who present it
 * at once one succeeds. The account must not be disabled.
 *
 * A used token that the same client presented before it was used is refused without more ado: it asked twice, as two tabs
 * do that wake up together. So is one that comes a breath later, if others of them had come before. All else is the sign of
 * a thief (RFC 9700 section 4.14.2).
 */
export const redeemRefreshToken = async (
  db: Database,
  digest: string,
  nextDigest: string,
  presentation: Presentation,
): Promise<Redemption> => {
  const { idleMilliseconds, origin } = presentation;
  const [row] = await replacing(db).execute({ digest, nextDigest, origin, idleMilliseconds });
  if (!row) return db.transaction((tx) => judgeReuse(tx, digest, presentation));
  return row.extended ? { outcome: 'redeemed', session: row.extended } : { outcome: 'refused' };
};

/** In one statement, put together once: it is run for everybody every few minutes. */
const prepareReplacing = (db: Database) => {
  const used = db.$with('used').as(
    db
      .update(refreshTokens)
      .set({ usedAt: sql`clock_timestamp()`, usedFrom: sql.placeholder('origin').getSQL() })
      .from(sessions)
      .innerJoin(credentials, eq(credentials.userId, sessions.userId))
      .where(
        and(
          eq(refreshTokens.digest, sql.placeholder('digest')),
          isNull(refreshTokens.usedAt),
          eq(sessions.id, refreshTokens.sessionId),
          isNull(credentials.disabledAt),
          isLive(sql.placeholder('idleMilliseconds')),
        ),
      )
      .returning({ sessionId: refreshTokens.sessionId }),
  );
  // The session may end while this waits for its row: then this finds nothing and the token is spent in vain.
  const extended = db.$with('extended').as(
    db
      .update(sessions)
      .set({ lastUsedAt: sql`now()` })
      .from(used)
      .where(and(eq(sessions.id, used.sessionId), isNull(sessions.endedAt)))
      .returning(getTableColumns(sessions)),
  );
  const nextToken = db
    .select({
      digest: sql`${sql.placeholder('nextDigest')}::text`.as('digest'),
      sessionId: extended.id,
      usedAt: sql`null::timestamptz`.as('used_at'),
      usedFrom: sql`null`.as('used_from'),
      contestedAt: sql`null::timestamptz`.as('contested_at'),
    })
    .from(extended);
  const replaced = db
    .$with('replaced')
    .as(db.insert(refreshTokens).select(nextToken).returning({ digest: refreshTokens.digest }));
  return db
    .with(used, extended, replaced)
    .select()
    .from(used)
    .leftJoin(extended, eq(extended.id, used.sessionId))
    .prepare('replace_refresh_token');
};

const prepared = new WeakMap<Database, ReturnType<typeof prepareReplacing>>();

const replacing = (db: Database): ReturnType<typeof prepareReplacing> => {
  const known = prepared.get(db) ?? prepareReplacing(db);
  prepared.set(db, known);
  return known;
};

const judgeReuse = async (
  tx: Transaction,
  digest: string,
  { origin, waitedMilliseconds }: Presentation,
): Promise<Redemption> => {
  const [row] = await tx
    .select({
      session: sessions,
      // By the database's clock alone, at this very statement.
      age: sql`extract(epoch from clock_timestamp() - ${refreshTokens.usedAt}) * 1000`.mapWith(Number),
      usedFrom: refreshTokens.usedFrom,
      contestedAt: refreshTokens.contestedAt,
    })
    .from(refreshTokens)
    .innerJoin(sessions, eq(sessions.id, refreshTokens.sessionId))
    .where(and(eq(refreshTokens.digest, digest), isNotNull(refreshTokens.usedAt), isNull(sessions.endedAt)));
  if (!row) return { outcome: 'refused' };
  // The wait is measured after the age, so an error is in favour of the client that asked twice: a thief comes again.
  const late = row.age - waitedMilliseconds();
  const maybeHasty = row.usedFrom === origin && late <= breathMilliseconds;
  if (maybeHasty && late <= 0) {
    await tx.update(refreshTokens).set({ contestedAt: sql`now()` }).where(eq(refreshTokens.digest, digest));
    return { outcome: 'refused' };
  }
  if (maybeHasty && row.contestedAt !== null) return { outcome: 'refused' };
  return { outcome: 'reused', session: row.session, maybeHasty };
};

/** Did the client that used it present it more than once at that moment? */
export const isContested = async (tx: Transaction, digest: string): Promise<boolean> => {
  const which = and(eq(refreshTokens.digest, digest), isNotNull(refreshTokens.contestedAt));
  return (await tx.$count(refreshTokens, which)) > 0;
};
