import type { Transaction } from '@rollcall/database/connect';
import { brokenUniqueConstraint } from '@rollcall/database/violations';
import { eq } from 'drizzle-orm';
import { externalIds } from './schema.ts';

/** @throws what {@link isExternalIdTaken} recognizes when one of them belongs to somebody else. */
export const replaceExternalIds = async (
  tx: Transaction,
  userId: string,
  ids: Readonly<Record<string, string>>,
): Promise<void> => {
  await tx.delete(externalIds).where(eq(externalIds.userId, userId));
  const rows = Object.entries(ids)
    .map(([system, externalId]) => ({ system, externalId, userId }))
    // Always in the same order, so that two writers who want the same ids do not wait for each other.
    .sort((one, other) => (one.system < other.system ? -1 : 1));
  if (rows.length > 0) await tx.insert(externalIds).values(rows);
};

export const isExternalIdTaken = (error: unknown): boolean =>
  brokenUniqueConstraint(error) === 'external_ids__system_external_id';
