import type { Queryable, Transaction } from '@rollcall/database/connect';
import { usernameKey } from '@rollcall/types/people';
import { and, eq, gt, isNull, lt, or, sql } from 'drizzle-orm';
import { usernames } from './schema.ts';

export const isUsernameFree = async (db: Queryable, username: string): Promise<boolean> => {
  const [taken] = await db
    .select({ key: usernames.usernameKey })
    .from(usernames)
    .where(
      and(
        eq(usernames.usernameKey, usernameKey(username)),
        or(isNull(usernames.reservedUntil), gt(usernames.reservedUntil, sql`now()`)),
      ),
    );
  return taken === undefined;
};

/**
 * Takes a username, for good or until the reservation lapses.
 *
 * @returns false when somebody else has it; of two who ask at once, one gets it.
 */
export const claimUsername = async (
  tx: Transaction,
  username: string,
  userId: string,
  reservedUntil: Date | null,
): Promise<boolean> => {
  const claimed = await tx
    .insert(usernames)
    .values({ usernameKey: usernameKey(username), userId, reservedUntil })
    .onConflictDoUpdate({
      target: usernames.usernameKey,
      set: { userId, reservedUntil },
      setWhere: lt(usernames.reservedUntil, sql`now()`),
    })
    .returning({ userId: usernames.userId });
  return claimed.length === 1;
};

/** The reservation of a sign-up becomes a person's username. */
export const keepUsername = async (tx: Transaction, userId: string): Promise<void> => {
  const kept = await tx
    .update(usernames)
    .set({ reservedUntil: null })
    .where(eq(usernames.userId, userId))
    .returning({ userId: usernames.userId });
  // The reservation lasts exactly as long as the sign-up, which the transaction holds.
  if (kept.length !== 1) throw new Error('a sign-up that has not lapsed has lost its username');
};

/** Gives back what {@link claimUsername} took. */
export const releaseUsername = async (tx: Transaction, userId: string): Promise<void> => {
  await tx.delete(usernames).where(eq(usernames.userId, userId));
};
