import type { Database } from '@rollcall/database/connect';
import type { Backlog, Remembered } from '@rollcall/events/relay-source';
import { secondsSince } from '@rollcall/events/seconds-since';
import { and, asc, count, desc, eq, gt, lt, sql } from 'drizzle-orm';
import { coreStream } from './access-stream.ts';
import { type EventTableRow, envelopeOf } from './event-envelope.ts';
import { type Offer, type Taken, takenWithoutGap } from './offer.ts';
import { events, relayCheckpoints, relayLosses } from './schema.ts';

/** Checkpoints reach back so many positions; when the stream loses more than that, everything is published again. */
const checkpointReach = 100_000;

const newestLoss = sql<string>`(select coalesce(max(generation), 0) from role_permission.relay_losses)`;

/** The position up to which the stream has everything, as far as is known. */
export const publishedTo = async (db: Database): Promise<number> => {
  const [row] = await db
    .select({ position: sql`max(${relayCheckpoints.position})`.mapWith(Number) })
    .from(relayCheckpoints);
  return row?.position ?? 0;
};

/** Is there anything about a subject in the log? */
export const hasEvents = async (db: Database, subject: string): Promise<boolean> => {
  const rows = await db
    .select({ position: events.position })
    .from(events)
    .where(and(eq(events.stream, coreStream), eq(events.subject, subject)))
    .limit(1);
  return rows.length > 0;
};

/** How much comes after the position that has been published. */
export const backlogOf = async (db: Database): Promise<Backlog> => {
  const [row] = await db
    .select({ events: count(), oldestSeconds: secondsSince(events.at) })
    .from(events)
    .where(and(eq(events.stream, coreStream), gt(events.position, await publishedTo(db))));
  return row ?? { events: 0, oldestSeconds: 0 };
};

/** The events after the position that has been published. */
export const offerUnpublished = async (
  db: Database,
  from: number,
  limit: number,
  report: (error: unknown, row: EventTableRow) => void,
): Promise<Offer> => {
  const rows = await db
    .select()
    .from(events)
    .where(and(eq(events.stream, coreStream), gt(events.position, from)))
    .orderBy(asc(events.position))
    .limit(limit);
  const losses = await db.select().from(relayLosses).orderBy(asc(relayLosses.generation));
  // The same for every replica and after every restart; plain for what was never lost.
  const suffixOf = (position: number): string => {
    const generations = losses.filter((loss) => position <= loss.lastPosition).map(({ generation }) => generation);
    return generations.length === 0 ? '' : `:${Math.max(...generations)}`;
  };
  const waiting = rows.map((row) => ({
    envelope: envelopeOf(row, (error) => report(error, row)),
    messageId: row.id + suffixOf(row.position),
  }));
  return {
    waiting,
    settle: async (streamSequences) => {
      const taken = takenWithoutGap(waiting, streamSequences);
      if (taken) await advance(db, from, losses.at(-1)?.generation ?? 0, taken);
    },
  };
};

/** Unless the stream has turned out since to have lost something. Of two relays the one that is ahead counts. */
const advance = async (
  db: Database,
  from: number,
  loss: number,
  { count, eventId, streamSequence }: Taken,
): Promise<void> => {
  const to = from + count;
  await db.execute(sql`
    insert into role_permission.relay_checkpoints (position, stream_sequence, event_id)
    select ${to}::bigint, ${streamSequence}::bigint, ${eventId}::uuid
    where ${newestLoss} = ${loss}::bigint
    on conflict do nothing`);
  await db.delete(relayCheckpoints).where(lt(relayCheckpoints.position, to - checkpointReach));
};

/** The last event that should stand in the stream before a sequence. */
export const lastRemembered = async (db: Database, before: number): Promise<Remembered | undefined> => {
  const [row] = await db
    .select({
      eventId: relayCheckpoints.eventId,
      streamSequence: relayCheckpoints.streamSequence,
      at: relayCheckpoints.publishedAt,
    })
    .from(relayCheckpoints)
    .where(lt(relayCheckpoints.streamSequence, before))
    .orderBy(desc(relayCheckpoints.streamSequence))
    .limit(1);
  return row;
};

/**
 * The stream lost everything from a sequence on: goes back to before the first checkpoint that this touches. Not only
 * the touched ones go: a later one may have a lower sequence, when its events were repeats that the stream had already.
 *
 * @returns how many events wait again
 */
export const goBackBefore = async (db: Database, streamSequence: number): Promise<number> => {
  const rows = await db.execute<{ last_position: string }>(sql`
    with lost as (
      delete from role_permission.relay_checkpoints
      where position >= (
        select min(position) from role_permission.relay_checkpoints where stream_sequence >= ${streamSequence}::bigint
      )
      returning position
    )
    insert into role_permission.relay_losses (last_position)
    select max(position) from lost having count(*) > 0
    returning last_position`);
  const lost = rows[0];
  return lost ? Number(lost.last_position) - (await publishedTo(db)) : 0;
};
