import type { Queryable, Transaction } from '@rollcall/database/connect';
import { eq } from 'drizzle-orm';
import { recipients } from './schema.ts';

export const rememberRecipient = async (tx: Transaction, userId: string, sealed: string): Promise<void> => {
  await tx
    .insert(recipients)
    .values({ userId, sealed })
    .onConflictDoUpdate({ target: recipients.userId, set: { sealed } });
};

/** The sealed block with a person's address; undefined for one whose registration has not been heard of. */
export const findRecipient = async (db: Queryable, userId: string): Promise<string | undefined> => {
  const [row] = await db.select().from(recipients).where(eq(recipients.userId, userId));
  return row?.sealed;
};
