import type { Queryable } from '@rollcall/database/connect';
import { and, eq, gt, isNull, lt, sql } from 'drizzle-orm';
import { passkeyChallenges } from './tables/factors.ts';

/** What a challenge is good for, and for whom; who signs in by a passkey alone is nobody yet. */
export type ChallengeUse =
  | { readonly purpose: 'registration' | 'second_factor'; readonly askedBy: string }
  | { readonly purpose: 'sign_in' };

export const insertChallenge = async (
  db: Queryable,
  digest: string,
  use: ChallengeUse,
  expiresAt: Date,
): Promise<void> => {
  await db.insert(passkeyChallenges).values({ digest, expiresAt, ...use });
};

/** Uses a challenge up, whatever comes of it; false when it is none for this use, was used, or came too late. */
export const takeChallenge = async (db: Queryable, digest: string, use: ChallengeUse): Promise<boolean> => {
  const askedBy = 'askedBy' in use ? eq(passkeyChallenges.askedBy, use.askedBy) : isNull(passkeyChallenges.askedBy);
  const taken = await db
    .delete(passkeyChallenges)
    .where(
      and(
        eq(passkeyChallenges.digest, digest),
        eq(passkeyChallenges.purpose, use.purpose),
        askedBy,
        gt(passkeyChallenges.expiresAt, sql`now()`),
      ),
    )
    .returning({ digest: passkeyChallenges.digest });
  return taken.length === 1;
};

export const deleteOldChallenges = async (db: Queryable): Promise<void> => {
  await db.delete(passkeyChallenges).where(lt(passkeyChallenges.expiresAt, sql`now()`));
};
