import { randomBytes } from 'node:crypto';
import type { Queryable } from '@rollcall/database/connect';
import { openSecret, sealSecret } from '@rollcall/service-kit/sealed-secret';
import { eq } from 'drizzle-orm';
import { dataKeys } from './schema.ts';

export interface DataKeys {
  /** A new person's key, and the row to store it with the person. */
  mint(userId: string): Promise<{ key: Uint8Array; row: { userId: string; sealedKey: string } }>;
  /** The key in a row. */
  open(sealedKey: string): Promise<Uint8Array>;
  read(db: Queryable, userId: string): Promise<Uint8Array | undefined>;
}

export const createDataKeys = (wrappingKey: Uint8Array): DataKeys => ({
  async mint(userId) {
    const key = randomBytes(32);
    return { key, row: { userId, sealedKey: await sealSecret(wrappingKey, key) } };
  },
  open: (sealedKey) => openSecret(wrappingKey, sealedKey),
  async read(db, userId) {
    const [row] = await db.select().from(dataKeys).where(eq(dataKeys.userId, userId));
    return row && openSecret(wrappingKey, row.sealedKey);
  },
});
