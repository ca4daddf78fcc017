import type { Queryable, Transaction } from '@rollcall/database/connect';
import { and, eq, isNull, sql } from 'drizzle-orm';
import { passkeys, recoveryCodes, totpFactors } from './tables/factors.ts';

/** How many second factors of each kind somebody has, and how many codes to take the place of one. */
export interface SecondFactors {
  readonly totp: number;
  readonly passkeys: number;
  readonly recoveryCodes: number;
}

export const countSecondFactors = async (db: Queryable, userId: string): Promise<SecondFactors> => {
  const confirmed = and(eq(totpFactors.userId, userId), isNull(totpFactors.expiresAt));
  const unused = and(eq(recoveryCodes.userId, userId), isNull(recoveryCodes.usedAt));
  const [row] = await db
    .select({
      totp: db.$count(totpFactors, confirmed),
      passkeys: db.$count(passkeys, eq(passkeys.userId, userId)),
      recoveryCodes: db.$count(recoveryCodes, unused),
    })
    .from(sql`(select) one`);
  if (!row) throw new Error('a select without conditions answered nothing');
  return row;
};

/** Removes all of them, and what takes their place; how many second factors there were. */
export const deleteSecondFactors = async (tx: Transaction, userId: string): Promise<number> => {
  const { totp, passkeys: keys } = await countSecondFactors(tx, userId);
  await tx.delete(totpFactors).where(eq(totpFactors.userId, userId));
  await tx.delete(passkeys).where(eq(passkeys.userId, userId));
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
  return totp + keys;
};

export const hasSecondFactor = async (db: Queryable, userId: string): Promise<boolean> => {
  const { totp, passkeys } = await countSecondFactors(db, userId);
  return totp + passkeys > 0;
};
