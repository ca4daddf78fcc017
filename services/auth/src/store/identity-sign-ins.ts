import type { Queryable } from '@rollcall/database/connect';
import { and, eq, gt, isNull, lt, sql } from 'drizzle-orm';
import { identitySignIns } from './tables/identities.ts';

export type IdentitySignIn = typeof identitySignIns.$inferSelect;

export const insertIdentitySignIn = async (
  db: Queryable,
  begun: Omit<IdentitySignIn, 'createdAt' | 'usedAt'>,
): Promise<void> => {
  await db.insert(identitySignIns).values(begun);
};

/**
 * Uses a state up: a compare-and-set, so that of any number who present it at once one succeeds. It is good at the provider
 * and in the browser that it was begun for, and presenting it elsewhere takes it from nobody.
 */
export const useIdentitySignIn = async (
  db: Queryable,
  { stateDigest, authType, browserDigest }: Pick<IdentitySignIn, 'stateDigest' | 'authType' | 'browserDigest'>,
): Promise<IdentitySignIn | undefined> => {
  const [used] = await db
    .update(identitySignIns)
    .set({ usedAt: sql`now()` })
    .where(
      and(
        eq(identitySignIns.stateDigest, stateDigest),
        eq(identitySignIns.authType, authType),
        eq(identitySignIns.browserDigest, browserDigest),
        isNull(identitySignIns.usedAt),
        gt(identitySignIns.expiresAt, sql`now()`),
      ),
    )
    .returning();
  return used;
};

export const deleteOldIdentitySignIns = async (db: Queryable): Promise<void> => {
  await db.delete(identitySignIns).where(lt(identitySignIns.expiresAt, sql`now()`));
};
