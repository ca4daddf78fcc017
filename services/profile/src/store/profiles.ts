import type { Queryable, Transaction } from '@rollcall/database/connect';
import { and, eq, sql } from 'drizzle-orm';
import type { ProfileChange } from '../domain/profile.ts';
import { profiles } from './schema.ts';

export type Profile = typeof profiles.$inferSelect;
export type NewProfile = Omit<Profile, 'status' | 'externalIds' | 'version' | 'createdAt' | 'updatedAt'>;

export const findProfile = async (db: Queryable, userId: string): Promise<Profile | undefined> => {
  const [found] = await db.select().from(profiles).where(eq(profiles.userId, userId));
  return found;
};

/** @returns undefined when the person has a profile already; of two who make it at once, one does. */
export const addProfile = async (tx: Transaction, person: NewProfile): Promise<Profile | undefined> => {
  const [added] = await tx.insert(profiles).values(person).onConflictDoNothing({ target: profiles.userId }).returning();
  return added;
};

/** @returns undefined when the profile is not at `version` any more. */
export const changeProfile = async (
  tx: Transaction,
  userId: string,
  version: number,
  after: ProfileChange['after'],
): Promise<Profile | undefined> => {
  const [changed] = await tx
    .update(profiles)
    .set({ ...after, version: version + 1, updatedAt: sql`now()` })
    .where(and(eq(profiles.userId, userId), eq(profiles.version, version)))
    .returning();
  return changed;
};

/** The version counts this too, so that the entity tag changes with all that it stands for. */
export const setStatus = async (tx: Transaction, userId: string, status: Profile['status']): Promise<boolean> => {
  const known = await tx
    .update(profiles)
    .set({ status, version: sql`${profiles.version} + 1` })
    .where(eq(profiles.userId, userId))
    .returning({ userId: profiles.userId });
  return known.length === 1;
};
