import type { Queryable, Transaction } from '@rollcall/database/connect';
import { and, asc, eq, inArray, isNull, lte, notInArray, sql } from 'drizzle-orm';
import { oauthClients, oauthLogouts, oauthParticipants } from './tables/oauth.ts';
import { sessions } from './tables/sessions.ts';

export type OAuthLogout = typeof oauthLogouts.$inferSelect;
type Participant = Pick<typeof oauthParticipants.$inferSelect, 'clientId' | 'sid'>;

/**
 * Keeps who takes part in a session, as long as it has not ended: whoever ends it waits for this or is waited for, so that
 * nobody who comes at the last moment is left untold.
 */
export const keepParticipants = async (
  tx: Transaction,
  sessionId: string,
  participants: readonly Participant[],
): Promise<void> => {
  if (participants.length === 0) return;
  const [open] = await tx
    .select({ expiresAt: sessions.expiresAt })
    .from(sessions)
    .where(and(eq(sessions.id, sessionId), isNull(sessions.endedAt)))
    .for('share');
  if (!open) return;
  await tx
    .insert(oauthParticipants)
    .values(participants.map((one) => ({ ...one, sessionId, expiresAt: open.expiresAt })))
    .onConflictDoUpdate({
      target: [oauthParticipants.sessionId, oauthParticipants.clientId],
      set: { sid: sql`excluded.sid` },
    });
};

/** Another session has taken the place of one: nobody has signed out. */
export const moveParticipants = async (tx: Transaction, from: string, to: string): Promise<void> => {
  const expiresAt = tx.select({ expiresAt: sessions.expiresAt }).from(sessions).where(eq(sessions.id, to));
  await tx
    .update(oauthParticipants)
    .set({ sessionId: to, expiresAt: sql`${expiresAt}` })
    .where(eq(oauthParticipants.sessionId, from));
};

/** Whoever took part in sessions that have ended is to be told, if they want to be. */
export const queueLogouts = async (tx: Transaction, userId: string, sessionIds: readonly string[]): Promise<void> => {
  if (sessionIds.length === 0) return;
  const left = await tx
    .delete(oauthParticipants)
    .where(inArray(oauthParticipants.sessionId, [...sessionIds]))
    .returning({ clientId: oauthParticipants.clientId, sid: oauthParticipants.sid });
  if (left.length === 0) return;
  const listening = await tx
    .select({ id: oauthClients.id })
    .from(oauthClients)
    .where(
      and(
        inArray(
          oauthClients.id,
          left.map(({ clientId }) => clientId),
        ),
        sql`${oauthClients.settings} ->> 'backchannelLogoutUri' is not null`,
      ),
    )
    // Whoever removes one waits: nobody's sign-out fails for it.
    .for('key share');
  const ids = new Set(listening.map(({ id }) => id));
  const told = left.filter(({ clientId }) => ids.has(clientId));
  if (told.length > 0) await tx.insert(oauthLogouts).values(told.map((one) => ({ ...one, userId })));
};

export interface LogoutClaim {
  readonly inAll: number;
  /** Of one application. */
  readonly ofEach: number;
  /** Applications whose logouts are left for later. */
  readonly busy: readonly string[];
}

/**
 * Takes logouts that are due, longest waiting first, and puts each off until its next attempt: whoever dies with one in hand
 * has lost nothing, and no other replica takes it before that.
 *
 * @param waitSeconds until the attempt after the one of this number, longer than an attempt takes
 */
export const claimDueLogouts = (
  db: Queryable,
  { inAll, ofEach, busy }: LogoutClaim,
  waitSeconds: (attempt: number) => number,
): Promise<OAuthLogout[]> =>
  db.transaction(async (tx) => {
    const due = await tx
      .select()
      .from(oauthLogouts)
      .where(and(lte(oauthLogouts.nextAttemptAt, sql`now()`), notInArray(oauthLogouts.clientId, [...busy])))
      .orderBy(asc(oauthLogouts.nextAttemptAt))
      .limit(inAll)
      .for('update', { skipLocked: true });
    const claimed: OAuthLogout[] = [];
    for (const { id, clientId, attempts } of due) {
      if (claimed.filter((one) => one.clientId === clientId).length >= ofEach) continue;
      const nextAttemptAt = sql`now() + ${waitSeconds(attempts + 1)} * interval '1 second'`;
      const set = { attempts: attempts + 1, nextAttemptAt };
      claimed.push(...(await tx.update(oauthLogouts).set(set).where(eq(oauthLogouts.id, id)).returning()));
    }
    return claimed;
  });

/** It was told, or never will be. */
export const settleLogout = async (db: Queryable, id: string): Promise<void> => {
  await db.delete(oauthLogouts).where(eq(oauthLogouts.id, id));
};

/** Of sessions that ran out by themselves: by then nothing that was given for their time is good. */
export const deleteExpiredParticipants = async (db: Queryable): Promise<void> => {
  await db.delete(oauthParticipants).where(lte(oauthParticipants.expiresAt, sql`now()`));
};
