import type { Queryable, Transaction } from '@rollcall/database/connect';
import { and, eq, gt, isNull, lt, sql } from 'drizzle-orm';
import { holdUsable } from './credentials.ts';
import { securityNotices } from './tables/credentials.ts';

export type SecurityNotice = typeof securityNotices.$inferSelect;

/** Knows a notice from now on, and answers what its secret is derived from; undefined when nobody may sign in there. */
export const saltOfNotice = async (
  tx: Transaction,
  notice: Pick<SecurityNotice, 'id' | 'userId' | 'happenedAt'>,
): Promise<string | undefined> => {
  if (!(await holdUsable(tx, notice.userId, 'share'))) return undefined;
  await tx.insert(securityNotices).values(notice).onConflictDoNothing();
  const [known] = await tx
    .select({ salt: securityNotices.salt })
    .from(securityNotices)
    .where(and(eq(securityNotices.id, notice.id), eq(securityNotices.userId, notice.userId)));
  return known?.salt;
};

/** Lets the secret of a notice work, also when its mail is sent again; false when it was used. */
export const mintNotice = async (
  tx: Transaction,
  id: string,
  tokenDigest: string,
  expiresAt: Date,
): Promise<boolean> => {
  const minted = await tx
    .update(securityNotices)
    .set({ tokenDigest, expiresAt })
    .where(and(eq(securityNotices.id, id), isNull(securityNotices.usedAt)))
    .returning({ id: securityNotices.id });
  return minted.length === 1;
};

const usable = and(isNull(securityNotices.usedAt), gt(securityNotices.expiresAt, sql`now()`));

export const findNotice = async (db: Queryable, tokenDigest: string): Promise<SecurityNotice | undefined> => {
  const [notice] = await db
    .select()
    .from(securityNotices)
    .where(and(eq(securityNotices.tokenDigest, tokenDigest), usable));
  return notice;
};

/**
 * Uses the link up, and with it every other one that the person was sent: of any number who present any of them at once, one
 * succeeds, and none of what the owner does afterwards is taken back by one of before.
 */
export const useNotice = async (
  tx: Transaction,
  { id, userId }: Pick<SecurityNotice, 'id' | 'userId'>,
): Promise<boolean> => {
  const used = await tx
    .update(securityNotices)
    .set({ usedAt: sql`now()` })
    .where(and(eq(securityNotices.userId, userId), usable))
    .returning({ id: securityNotices.id });
  return used.some((one) => one.id === id);
};

export const deleteOldNotices = async (db: Queryable): Promise<void> => {
  await db.delete(securityNotices).where(lt(securityNotices.expiresAt, sql`now()`));
};
