import type { Connection } from '@rollcall/database/connect';
import { and, asc, eq, gte, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import type { EventTables } from './event-tables.ts';
import type { RelaySource } from './relay-source.ts';

/** The outbox table as a relay's source. Rows wait by "not yet published": positions commit out of order. */
export const outboxSource = ({ db }: Connection, { outbox }: EventTables): RelaySource => {
  const waitAgain = async (which: SQL | undefined): Promise<number> => {
    const rows = await db
      .update(outbox)
      .set({ publishedAt: null, streamSequence: null, republished: sql`${outbox.republished} + 1` })
      .where(and(isNotNull(outbox.publishedAt), which))
      .returning({ position: outbox.position });
    return rows.length;
  };

  return {
    name: 'outbox',
    async waiting(limit) {
      const rows = await db
        .select({ envelope: outbox.envelope, republished: outbox.republished })
        .from(outbox)
        .where(isNull(outbox.publishedAt))
        .orderBy(asc(outbox.position))
        .limit(limit);
      return rows.map(({ envelope, republished }) => ({
        envelope,
        messageId: republished === 0 ? envelope.id : `${envelope.id}:${republished}`,
      }));
    },
    async published(publications) {
      const ids = sql.param(publications.map(({ waiting }) => waiting.envelope.id));
      const sequences = sql.param(publications.map(({ streamSequence }) => streamSequence));
      await db
        .update(outbox)
        .set({ publishedAt: sql`now()`, streamSequence: sql`taken.sequence` })
        .from(sql`unnest(${ids}::uuid[], ${sequences}::bigint[]) as taken(id, sequence)`)
        .where(sql`${outbox.eventId} = taken.id`);
    },
    lostFrom: (streamSequence) => waitAgain(gte(outbox.streamSequence, streamSequence)),
    again: (subject, fromSequence) =>
      waitAgain(and(eq(outbox.subject, subject), gte(outbox.subjectSequence, fromSequence))),
  };
};
