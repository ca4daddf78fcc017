import type { Connection } from '@rollcall/database/connect';
import type { Publication, RelaySource, Waiting } from '@rollcall/events/relay-source';
import { type Envelope, envelope, sourceOf } from '@rollcall/types/envelope';
import { and, asc, desc, eq, gt, gte } from 'drizzle-orm';
import { coreStream } from './access-stream.ts';
import { events, relayCheckpoints } from './schema.ts';

type Row = typeof events.$inferSelect;

/**
 * The access log as a relay's source: it is its own outbox. Positions are gapless and in commit order, so one position
 * says what has been published; a checkpoint for each batch says where in the stream that was.
 */
export const logSource = ({ db }: Connection): RelaySource => {
  const positions = new Map<string, number>();
  /** Of events published once more: unlike the first time, so that JetStream takes them. */
  let suffix = '';
  let asked: Waiting[] = [];

  const published = async (): Promise<number> => {
    const [checkpoint] = await db
      .select({ position: relayCheckpoints.position })
      .from(relayCheckpoints)
      .orderBy(desc(relayCheckpoints.position))
      .limit(1);
    return checkpoint?.position ?? 0;
  };

  return {
    name: 'access log',

    async waiting(limit) {
      if (asked.length > 0) return asked.slice(0, limit);
      const rows = await db
        .select()
        .from(events)
        .where(and(eq(events.stream, coreStream), gt(events.position, await published())))
        .orderBy(asc(events.position))
        .limit(limit);
      positions.clear();
      return rows.map((row) => {
        positions.set(row.id, row.position);
        return { envelope: envelopeOf(row), messageId: row.id + suffix };
      });
    },

    async published(publications) {
      const done = new Set(publications.map(({ waiting }) => waiting));
      asked = asked.filter((waiting) => !done.has(waiting));
      const last = lastWithoutGap(publications, positions, await published());
      if (last) await db.insert(relayCheckpoints).values(last).onConflictDoNothing();
    },

    async lostFrom(streamSequence) {
      const lost = await db
        .delete(relayCheckpoints)
        .where(gte(relayCheckpoints.streamSequence, streamSequence))
        .returning({ position: relayCheckpoints.position });
      if (lost.length > 0) suffix = `:${Date.now()}`;
      return lost.length;
    },

    async again(subject, fromSequence) {
      const rows = await db
        .select()
        .from(events)
        .where(
          and(eq(events.stream, coreStream), eq(events.subject, subject), gte(events.subjectSequence, fromSequence)),
        )
        .orderBy(asc(events.position));
      const nonce = Date.now();
      asked.push(...rows.map((row) => ({ envelope: envelopeOf(row), messageId: `${row.id}:${nonce}` })));
      return rows.length;
    },
  };
};

/** The end of the unbroken run of positions that the stream has now: what comes after a failure waits with it. */
const lastWithoutGap = (
  publications: readonly Publication[],
  positions: ReadonlyMap<string, number>,
  from: number,
): { position: number; streamSequence: number } | undefined => {
  let last: { position: number; streamSequence: number } | undefined;
  for (const { waiting, streamSequence } of publications) {
    const position = positions.get(waiting.envelope.id);
    if (position !== (last?.position ?? from) + 1) break;
    last = { position, streamSequence };
  }
  return last;
};

const envelopeOf = (row: Row): Envelope =>
  envelope.parse({
    specversion: '1.0',
    id: row.id,
    source: sourceOf('role-permission'),
    type: row.type,
    subject: row.subject,
    time: row.at.toISOString(),
    datacontenttype: 'application/json',
    data: { ...asRecord(row.data), revision: row.position, commandId: row.commandId, index: row.index },
    actor: row.actor,
    correlationid: row.correlationId,
    ...(row.causationId === null ? {} : { causationid: row.causationId }),
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
    subjectsequence: row.subjectSequence,
  });

const asRecord = (data: unknown): Record<string, unknown> =>
  typeof data === 'object' && data !== null ? { ...data } : {};
