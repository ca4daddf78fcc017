import type { Queryable } from '@rollcall/database/connect';
import { and, eq, lt, sql } from 'drizzle-orm';
import { eventIdOf } from './event-id.ts';
import { events } from './schema.ts';

/** Did a command have its effect so long ago that the `Idempotency-Key` it came with is forgotten, after a day? */
export const isForgotten = async (db: Queryable, commandId: string): Promise<boolean> => {
  const [first] = await db
    .select({ id: events.id })
    .from(events)
    .where(and(eq(events.id, eventIdOf(commandId, 0)), lt(events.at, sql`now() - interval '24 hours'`)));
  return first !== undefined;
};
