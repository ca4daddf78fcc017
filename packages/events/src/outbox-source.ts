import type { Connection } from '@rollcall/database/connect';
import { and, asc, count, desc, eq, gte, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { EventTables } from './event-tables.ts';
import type { RelaySource } from './relay-source.ts';
import { secondsSince } from './seconds-since.ts';

/** The outbox table as a relay's source. Rows wait by "not yet published": positions commit out of order. */
export const outboxSource = (
  { db }: Connection,
  { outbox, subjectSequences }: Pick<EventTables, 'outbox' | 'subjectSequences'>,
): RelaySource => {
  const waitAgain = async (which: SQL | undefined): Promise<number> => {
    const rows = await db
      .update(outbox)
      .set({ publishedAt: null, streamSequence: null, republished: sql`${outbox.republished} + 1` })
      .where(and(isNotNull(outbox.publishedAt), which))
      .returning({ position: outbox.position });
    return rows.length;
  };
  const messageId = sql<string>`case ${outbox.republished} when 0 then ${outbox.eventId}::text
    else ${outbox.eventId} || ':' || ${outbox.republished} end`;

  return {
    name: 'outbox',
    waiting: (limit) =>
      db
        .select({ envelope: outbox.envelope, messageId })
        .from(outbox)
        .where(isNull(outbox.publishedAt))
        .orderBy(asc(outbox.position))
        .limit(limit),
    async published(publications) {
      const events = sql.param(publications.map(({ waiting }) => waiting.envelope.id));
      const messages = sql.param(publications.map(({ waiting }) => waiting.messageId));
      const sequences = sql.param(publications.map(({ streamSequence }) => streamSequence));
      // By message id as well: a relay that was asleep may not mark what was found lost since.
      await db
        .update(outbox)
        .set({ publishedAt: sql`now()`, streamSequence: sql`taken.sequence` })
        .from(
          sql`unnest(${events}::uuid[], ${messages}::text[], ${sequences}::bigint[]) as taken(id, message, sequence)`,
        )
        .where(and(sql`${outbox.eventId} = taken.id`, sql`${messageId} = taken.message`));
    },
    async backlog() {
      const [row] = await db
        .select({ events: count(), oldestSeconds: secondsSince(outbox.createdAt) })
        .from(outbox)
        .where(isNull(outbox.publishedAt));
      return row ?? { events: 0, oldestSeconds: 0 };
    },
    async remembered(before) {
      const [row] = await db
        .select({ eventId: outbox.eventId, streamSequence: outbox.streamSequence, at: outbox.createdAt })
        .from(outbox)
        .where(lt(outbox.streamSequence, before))
        .orderBy(desc(outbox.streamSequence))
        .limit(1);
      return row && row.streamSequence !== null ? { ...row, streamSequence: row.streamSequence } : undefined;
    },
    lostFrom: (streamSequence) => waitAgain(gte(outbox.streamSequence, streamSequence)),
    again: (subject, fromSequence) =>
      waitAgain(and(eq(outbox.subject, subject), gte(outbox.subjectSequence, fromSequence))),
    async firstKept(subject) {
      const [row] = await db
        .select({ first: sql`coalesce(min(${outbox.subjectSequence}), ${subjectSequences.last} + 1)`.mapWith(Number) })
        .from(subjectSequences)
        .leftJoin(outbox, eq(outbox.subject, subjectSequences.subject))
        .where(eq(subjectSequences.subject, subject))
        .groupBy(subjectSequences.last);
      return row?.first;
    },
  };
};
