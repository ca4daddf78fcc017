import type { Queryable, Transaction } from '@rollcall/database/connect';
import type { Revocation } from '@rollcall/types/routes/auth/revocations';
import { and, asc, eq, gt, lt, sql } from 'drizzle-orm';
import { revocationHead, revocations } from './tables/tokens.ts';

/**
 * Adds revocations as the last thing a transaction does: the head's row stays locked from here to the commit, which
 * keeps positions gapless and in commit order.
 */
export const addRevocations = async (
  tx: Transaction,
  items: readonly Pick<Revocation, 'kind' | 'value'>[],
  expiresAt: Date,
): Promise<Revocation[]> => {
  if (items.length === 0) return [];
  const [head] = await tx
    .update(revocationHead)
    .set({ position: sql`${revocationHead.position} + ${items.length}` })
    .where(eq(revocationHead.id, 1))
    .returning({ position: revocationHead.position });
  if (!head) throw new Error('the head of the revocations is missing');
  const first = head.position - items.length + 1;
  const rows = items.map((item, index) => ({ ...item, position: first + index, expiresAt }));
  // In parts: a statement takes 65,534 parameters.
  for (let done = 0; done < rows.length; done += 1_000) {
    await tx.insert(revocations).values(rows.slice(done, done + 1_000));
  }
  return rows.map((row) => ({ ...row, expiresAt: expiresAt.toISOString() }));
};

export const isRevoked = async (db: Queryable, { kind, value }: Pick<Revocation, 'kind' | 'value'>): Promise<boolean> =>
  (await db.$count(revocations, and(eq(revocations.kind, kind), eq(revocations.value, value)))) > 0;

export const readHead = async (db: Queryable): Promise<number> => {
  const [head] = await db.select({ position: revocationHead.position }).from(revocationHead);
  return head?.position ?? 0;
};

/** Revocations after a position whose tokens may still be alive, and the head they reach to, in one snapshot. */
export const readRevocationsAfter = (db: Queryable, after: number): Promise<{ head: number; items: Revocation[] }> =>
  db.transaction(
    async (tx) => {
      const head = await readHead(tx);
      const rows = await tx
        .select()
        .from(revocations)
        .where(and(gt(revocations.position, after), gt(revocations.expiresAt, sql`now()`)))
        .orderBy(asc(revocations.position));
      return { head, items: rows.map((row) => ({ ...row, expiresAt: row.expiresAt.toISOString() })) };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );

export const deleteExpiredRevocations = async (db: Queryable): Promise<void> => {
  await db.delete(revocations).where(lt(revocations.expiresAt, sql`now() - interval '1 hour'`));
};
