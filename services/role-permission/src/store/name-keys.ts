import { randomBytes } from 'node:crypto';
import type { Queryable } from '@rollcall/database/connect';
import { openSecret, sealSecret } from '@rollcall/service-kit/sealed-secret';
import { eq, lt, sql } from 'drizzle-orm';
import { nameKeys } from './schema.ts';

/** The keys under which names are sealed: one an organization, and one a project that a person owns. */
export interface NameKeys {
  read(ownerId: string): Promise<Uint8Array | undefined>;
  /** The key, made if there is none yet. */
  ensure(ownerId: string): Promise<Uint8Array>;
  /** Nobody reads names under it any more, wherever they are kept. */
  destroy(ownerId: string): Promise<void>;
}

export const createNameKeys = (db: Queryable, wrappingKey: Uint8Array): NameKeys => {
  const read = async (ownerId: string): Promise<Uint8Array | undefined> => {
    const [row] = await db.select().from(nameKeys).where(eq(nameKeys.ownerId, ownerId));
    return row && openSecret(wrappingKey, row.sealedKey);
  };
  return {
    read,
    async ensure(ownerId) {
      const known = await read(ownerId);
      if (known) return known;
      const sealedKey = await sealSecret(wrappingKey, randomBytes(32));
      // Of two who make one at once, both take the one that is kept.
      await db.insert(nameKeys).values({ ownerId, sealedKey }).onConflictDoNothing();
      const kept = await read(ownerId);
      if (!kept) throw new Error('a key for names could not be kept');
      return kept;
    },
    async destroy(ownerId) {
      await db.delete(nameKeys).where(eq(nameKeys.ownerId, ownerId));
    },
  };
};

/** Whose keys are older than so many seconds. */
export const nameKeyOwners = async (db: Queryable, seconds: number): Promise<readonly string[]> => {
  const rows = await db
    .select({ ownerId: nameKeys.ownerId })
    .from(nameKeys)
    .where(lt(nameKeys.createdAt, sql`now() - make_interval(secs => ${seconds})`));
  return rows.map(({ ownerId }) => ownerId);
};
