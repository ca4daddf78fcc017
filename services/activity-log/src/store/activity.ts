import type { Queryable, Transaction } from '@rollcall/database/connect';
import type { Envelope } from '@rollcall/types/envelope';
import { and, desc, eq, gte, lt, ne, type SQL, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import { activity } from './schema.ts';

export type RecordedActivity = typeof activity.$inferSelect;

/** Adds an event; adding it again changes nothing. */
export const recordActivity = async (tx: Transaction, event: Envelope): Promise<void> => {
  await tx
    .insert(activity)
    .values({
      id: event.id,
      occurredAt: new Date(event.time),
      type: event.type,
      source: event.source,
      actor: event.actor,
      subject: event.subject,
      correlationId: event.correlationid,
      data: event.data,
    })
    .onConflictDoNothing({ target: activity.id });
};

export interface ActivityFilter {
  readonly actor?: string | undefined;
  readonly subject?: string | undefined;
  readonly type?: string | undefined;
  /** Inclusive. */
  readonly from?: Date | undefined;
  /** Exclusive. */
  readonly to?: Date | undefined;
  /** Where the page before ended. */
  readonly before?: { readonly occurredAt: Date; readonly id: string } | undefined;
}

/** What happened, newest first. */
export const findActivity = (db: Queryable, filter: ActivityFilter, limit: number): Promise<RecordedActivity[]> =>
  newest(db, matching(filter), limit);

/** What a person did, or what was done to them, newest first. */
export const findActivityOf = (
  db: Queryable,
  userId: string,
  filter: ActivityFilter,
  limit: number,
): Promise<RecordedActivity[]> =>
  // Two ordered walks along an index each: an "or" would walk through everybody's rows to find those of one person.
  unionAll(
    newest(db, and(eq(activity.actor, userId), matching(filter)), limit),
    newest(db, and(eq(activity.subject, userId), ne(activity.actor, userId), matching(filter)), limit),
  )
    .orderBy(sql`occurred_at desc`, sql`id desc`)
    .limit(limit);

const newest = (db: Queryable, where: SQL | undefined, limit: number) =>
  db.select().from(activity).where(where).orderBy(desc(activity.occurredAt), desc(activity.id)).limit(limit);

const matching = ({ actor, subject, type, from, to, before }: ActivityFilter): SQL | undefined =>
  and(
    actor === undefined ? undefined : eq(activity.actor, actor),
    subject === undefined ? undefined : eq(activity.subject, subject),
    type === undefined ? undefined : eq(activity.type, type),
    from && gte(activity.occurredAt, from),
    to && lt(activity.occurredAt, to),
    before &&
      sql`(${activity.occurredAt}, ${activity.id}) < (${before.occurredAt.toISOString()}::timestamptz, ${before.id}::uuid)`,
  );
