import type { Connection } from '@rollcall/database/connect';
import { deleteOldKeys, type IdempotencyKeysTable } from '@rollcall/database/idempotency-keys';
import type { Logger } from '@rollcall/service-kit/logging';
import { Worker } from '@rollcall/service-kit/worker';
import { inArray, lt, sql } from 'drizzle-orm';
import { retentionMilliseconds } from './bus.ts';
import type { EventTables } from './event-tables.ts';

export interface HousekeepingOptions {
  readonly connection: Connection;
  readonly tables: EventTables;
  readonly idempotencyKeys: IdempotencyKeysTable | undefined;
  readonly log: Logger;
}

const batch = 1_000;

/**
 * Deletes what has had its time: published events that the stream does not keep any more either, and answers to
 * repeated requests. Nothing depends on when it runs.
 */
export const createHousekeeping = ({ connection: { db }, tables, idempotencyKeys, log }: HousekeepingOptions): Worker =>
  new Worker({
    name: 'housekeeping',
    idleMilliseconds: 10 * 60_000,
    log,
    round: async () => {
      const keys = idempotencyKeys ? await deleteOldKeys(db, idempotencyKeys, batch) : 0;
      const { outbox } = tables;
      const old = db
        .select({ position: outbox.position })
        .from(outbox)
        .where(lt(outbox.publishedAt, sql`now() - ${retentionMilliseconds} * interval '1 millisecond'`))
        .limit(batch);
      const deleted = await db
        .delete(outbox)
        .where(inArray(outbox.position, old))
        .returning({ position: outbox.position });
      return deleted.length === batch || keys === batch;
    },
  });
