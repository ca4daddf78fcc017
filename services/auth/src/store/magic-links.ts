import type { Queryable, Transaction } from '@rollcall/database/connect';
import { and, eq, gt, isNull, lt, sql } from 'drizzle-orm';
import { holdUsable } from './credentials.ts';
import { magicLinks } from './tables/credentials.ts';

export type MagicLink = typeof magicLinks.$inferSelect;

/** After so many wrong codes another mail has to be asked for. */
const missesAtMost = 5;

export const addMagicLink = async (
  tx: Transaction,
  link: Pick<MagicLink, 'id' | 'userId' | 'requestDigest'>,
): Promise<void> => {
  await tx.insert(magicLinks).values(link);
};

/** May another mail go to this person? Only so many an hour, so that nobody floods a mailbox. */
export const mayBeMailed = async (db: Queryable, userId: string, most: number): Promise<boolean> => {
  const recent = and(eq(magicLinks.userId, userId), gt(magicLinks.createdAt, sql`now() - interval '1 hour'`));
  return (await db.$count(magicLinks, recent)) < most;
};

/** What the secrets of a request are derived from; undefined for an unknown one. */
export const saltOfMagicLink = async (db: Queryable, id: string): Promise<string | undefined> => {
  const [link] = await db.select({ salt: magicLinks.salt }).from(magicLinks).where(eq(magicLinks.id, id));
  return link?.salt;
};

/** Lets the secrets of a request work, until it is too old; false when it is, or was used, or nobody may sign in by it. */
export const mintMagicLink = async (
  tx: Transaction,
  id: string,
  digests: Pick<MagicLink, 'tokenDigest' | 'codeDigest'>,
  expiresAt: Date,
): Promise<boolean> => {
  const [link] = await tx.select({ userId: magicLinks.userId }).from(magicLinks).where(eq(magicLinks.id, id));
  // The credential first, as everywhere.
  if (!link || !(await holdUsable(tx, link.userId, 'update'))) return false;
  const minted = await tx
    .update(magicLinks)
    .set({ ...digests, expiresAt })
    .where(and(eq(magicLinks.id, id), isNull(magicLinks.usedAt)))
    .returning({ id: magicLinks.id });
  return minted.length === 1;
};

const usable = and(isNull(magicLinks.usedAt), gt(magicLinks.expiresAt, sql`now()`));

export const findMagicLink = async (db: Queryable, tokenDigest: string): Promise<MagicLink | undefined> => {
  const [link] = await db
    .select()
    .from(magicLinks)
    .where(and(eq(magicLinks.tokenDigest, tokenDigest), usable));
  return link;
};

/** Counts a code before it is looked at, so that guesses sent all at once count as well; undefined when it is over. */
export const tryMagicCode = async (db: Queryable, requestDigest: string): Promise<MagicLink | undefined> => {
  const [link] = await db
    .update(magicLinks)
    .set({ misses: sql`${magicLinks.misses} + 1` })
    .where(and(eq(magicLinks.requestDigest, requestDigest), lt(magicLinks.misses, missesAtMost), usable))
    .returning();
  return link;
};

/** Uses link and code up: of any number who present them at once, one succeeds. */
export const useMagicLink = async (tx: Transaction, id: string): Promise<boolean> => {
  const used = await tx
    .update(magicLinks)
    .set({ usedAt: sql`now()` })
    .where(and(eq(magicLinks.id, id), usable))
    .returning({ id: magicLinks.id });
  return used.length === 1;
};

/** None that was asked for before lets anybody in any more, also when its mail is still to come. */
export const voidMagicLinks = async (tx: Transaction, userId: string): Promise<void> => {
  await tx
    .update(magicLinks)
    .set({ usedAt: sql`now()` })
    .where(and(eq(magicLinks.userId, userId), isNull(magicLinks.usedAt)));
};

export const deleteOldMagicLinks = async (db: Queryable): Promise<void> => {
  await db.delete(magicLinks).where(lt(magicLinks.createdAt, sql`now() - interval '1 day'`));
};
