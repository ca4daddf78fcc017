import { createHash } from 'node:crypto';
import type { IdempotencyClaim, IdempotencyStore } from '@rollcall/service-kit/idempotency';
import type { AnswerOf, Route } from '@rollcall/types/route-definition';
import { and, eq, inArray, isNull, lt, sql } from 'drizzle-orm';
import { index, jsonb, type PgSchema, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import type { Database, Queryable } from './connect.ts';

type Answer = AnswerOf<Route>;

/** Requests that came with an `Idempotency-Key`, and what was answered. */
export const idempotencyKeysTable = (schema: PgSchema) =>
  schema.table(
    'idempotency_keys',
    {
      caller: text().notNull(),
      operation: text().notNull(),
      /** A digest of all that names the request: as short as it is, however long a key a caller thinks of. */
      key: text().notNull(),
      bodyDigest: text('body_digest').notNull(),
      answer: jsonb().$type<Answer>(),
      claimedAt: timestamp('claimed_at', { withTimezone: true }).notNull().defaultNow(),
    },
    (table) => [
      primaryKey({ name: 'idempotency_keys__key', columns: [table.caller, table.operation, table.key] }),
      index('idempotency_keys__claimed_at').on(table.claimedAt),
    ],
  );

export type IdempotencyKeysTable = ReturnType<typeof idempotencyKeysTable>;

const lifetime = sql`interval '24 hours'`;
/** A request that has not been answered for so long died with its process. */
const patience = sql`interval '30 seconds'`;

const stored = ({ caller, operation, key }: IdempotencyClaim): IdempotencyClaim => ({
  caller,
  operation,
  key: createHash('sha256')
    .update(JSON.stringify([caller, operation, key]))
    .digest('base64url'),
});

const sameKey = (table: IdempotencyKeysTable, claim: IdempotencyClaim) => {
  const { caller, operation, key } = stored(claim);
  return and(eq(table.caller, caller), eq(table.operation, operation), eq(table.key, key));
};

/**
 * Stores the answer to a keyed request. Called with the transaction that has the effect, both are there or neither is.
 */
export const settleClaim = async (
  db: Queryable,
  table: IdempotencyKeysTable,
  claim: IdempotencyClaim | null,
  answer: Answer,
): Promise<void> => {
  if (claim) await db.update(table).set({ answer }).where(sameKey(table, claim));
};

export const createIdempotencyStore = (db: Database, table: IdempotencyKeysTable): IdempotencyStore => ({
  async claim(claim, bodyDigest) {
    // One statement: of two that come at once, one gets the row.
    const [claimed] = await db
      .insert(table)
      .values({ ...stored(claim), bodyDigest })
      .onConflictDoUpdate({
        target: [table.caller, table.operation, table.key],
        set: { bodyDigest, answer: null, claimedAt: sql`now()` },
        setWhere: sql`${table.claimedAt} < now() - ${lifetime} or (${table.answer} is null
          and ${table.bodyDigest} = ${bodyDigest} and ${table.claimedAt} < now() - ${patience})`,
      })
      .returning({ key: table.key });
    if (claimed) return { outcome: 'claimed', claim };
    const [known] = await db.select().from(table).where(sameKey(table, claim));
    if (known && known.bodyDigest !== bodyDigest) return { outcome: 'other_body' };
    return known?.answer ? { outcome: 'answered', answer: known.answer } : { outcome: 'running' };
  },
  settle: (claim, answer) => settleClaim(db, table, claim, answer),
  async release(claim) {
    await db.delete(table).where(and(sameKey(table, claim), isNull(table.answer)));
  },
});

/**
 * Forgets keys whose day is over, so many at most.
 *
 * @returns how many.
 */
export const deleteOldKeys = async (db: Queryable, table: IdempotencyKeysTable, most: number): Promise<number> => {
  // By physical place: the key has three columns.
  const old = db
    .select({ place: sql`ctid` })
    .from(table)
    .where(lt(table.claimedAt, sql`now() - ${lifetime}`))
    .limit(most);
  const deleted = await db
    .delete(table)
    .where(and(inArray(sql`ctid`, old), lt(table.claimedAt, sql`now() - ${lifetime}`)))
    .returning({ key: table.key });
  return deleted.length;
};
