import type { Database } from '@rollcall/database/connect';
import { and, asc, count, eq, gte, lte, sql } from 'drizzle-orm';
import { coreStream } from './access-stream.ts';
import { type EventTableRow, envelopeOf } from './event-envelope.ts';
import { type Offer, takenWithoutGap } from './offer.ts';
import { events, relayRequests } from './schema.ts';

/** Remembers that a consumer misses events about a subject, for whichever replica relays. Returns how many there are. */
export const requestSubject = async (db: Database, subject: string, fromSequence: number): Promise<number> => {
  const [found] = await db
    .select({ events: count() })
    .from(events)
    .where(and(eq(events.stream, coreStream), eq(events.subject, subject), gte(events.subjectSequence, fromSequence)));
  if (!found || found.events === 0) return 0;
  await db
    .insert(relayRequests)
    .values({ subject, nextSequence: fromSequence })
    .onConflictDoUpdate({
      target: relayRequests.subject,
      set: {
        nextSequence: sql`least(${relayRequests.nextSequence}, excluded.next_sequence)`,
        nonce: sql`excluded.nonce`,
      },
    });
  return found.events;
};

/** Events of the oldest request, up to the position that has been published: what comes after goes out anyway. */
export const offerRequested = async (
  db: Database,
  publishedTo: number,
  limit: number,
  report: (error: unknown, row: EventTableRow) => void,
): Promise<Offer | undefined> => {
  for (;;) {
    const [request] = await db.select().from(relayRequests).orderBy(asc(relayRequests.nonce)).limit(1);
    if (!request) return undefined;
    const { subject, nextSequence, nonce } = request;
    // A newer request for the subject is not this one: it starts over, under other message ids.
    const same = and(eq(relayRequests.subject, subject), eq(relayRequests.nonce, nonce));
    const rows = await db
      .select()
      .from(events)
      .where(
        and(
          eq(events.stream, coreStream),
          eq(events.subject, subject),
          gte(events.subjectSequence, nextSequence),
          lte(events.position, publishedTo),
        ),
      )
      .orderBy(asc(events.subjectSequence))
      .limit(limit);
    if (rows.length === 0) {
      await db.delete(relayRequests).where(same);
      continue;
    }
    const waiting = rows.map((row) => ({
      envelope: envelopeOf(row, (error) => report(error, row)),
      messageId: `${row.id}:request-${nonce}`,
    }));
    return {
      waiting,
      settle: async (streamSequences) => {
        const taken = takenWithoutGap(waiting, streamSequences);
        if (!taken) return;
        await db
          .update(relayRequests)
          .set({ nextSequence: nextSequence + taken.count })
          .where(same);
      },
    };
  }
};
