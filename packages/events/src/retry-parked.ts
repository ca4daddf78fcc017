import type { Connection } from '@rollcall/database/connect';
import { isOutage } from '@rollcall/service-kit/failures';
import type { Logger } from '@rollcall/service-kit/logging';
import { serviceOf } from '@rollcall/types/envelope';
import type { StatefulService } from '@rollcall/types/services';
import { eq } from 'drizzle-orm';
import type { EventTables } from './event-tables.ts';
import { advance, lockParked, lockSubjects, parkedOf } from './inbox.ts';
import { type Incoming, takeIn } from './intake.ts';
import type { PersonalData } from './personal-data.ts';
import type { Reaction } from './reaction.ts';
import { runReaction } from './run-reaction.ts';

export interface RetryOptions {
  readonly connection: Connection;
  readonly tables: EventTables;
  readonly personal: PersonalData;
  readonly reactions: Partial<Record<StatefulService, readonly Reaction[]>>;
  readonly log: Logger;
}

export interface Retried {
  readonly applied: number;
  /** Still parked: one that cannot be applied, and those behind it. */
  readonly left: number;
}

/**
 * Applies what is parked of a subject, oldest first, up to the first that still cannot be. Once none is left the
 * subject goes on by itself.
 *
 * @throws when something it needs is away just now.
 */
export const retryParked = async (options: RetryOptions, source: string, subject: string): Promise<Retried> => {
  let applied = 0;
  for (;;) {
    // Opened before anything is locked; what is parked meanwhile has its turn in the next round.
    const opened = await openParked(options, source, subject);
    const round = await applyOpened(options, source, subject, opened);
    applied += round.applied;
    if (round.left === 0 || round.applied === 0) return { applied, left: round.left };
  }
};

const openParked = async (
  { connection, tables, personal, reactions }: RetryOptions,
  source: string,
  subject: string,
): Promise<ReadonlyMap<string, Incoming>> => {
  const from = serviceOf({ source });
  const byType = new Map((from ? reactions[from] : undefined)?.map((one) => [one.definition.type, one]));
  const rows = await parkedOf(connection.db, tables, source, subject);
  const events = await Promise.all(rows.map(({ envelope }) => takeIn(envelope, byType, personal)));
  return new Map(events.map((incoming) => [incoming.envelope.id, incoming]));
};

const applyOpened = (
  { connection, tables, log }: RetryOptions,
  source: string,
  subject: string,
  opened: ReadonlyMap<string, Incoming>,
): Promise<Retried> =>
  connection.db.transaction(async (tx) => {
    // The consumer asks what is parked under the same lock, so nothing slips in between.
    const reached = await lockSubjects(tx, tables, source, [subject]);
    const rows = await lockParked(tx, tables, source, subject);
    const last = reached.get(subject) ?? 0;
    // Parked ones count as reached, except one that was set aside because its predecessor is missing.
    let next = Math.min(rows[0]?.subjectSequence ?? last + 1, last + 1);
    let applied = 0;
    for (const { eventId, subjectSequence } of rows) {
      const incoming = opened.get(eventId);
      if (!incoming || incoming.defect !== undefined || subjectSequence !== next) break;
      try {
        await tx.transaction(async (step) => {
          await runReaction(incoming, step, tables);
          await step.delete(tables.parkedEvents).where(eq(tables.parkedEvents.eventId, eventId));
        });
      } catch (error) {
        if (isOutage(error)) throw error;
        log.error({ err: error, eventId }, 'a parked event still fails');
        break;
      }
      next++;
      applied++;
    }
    await advance(tx, tables, source, reached, new Map([[subject, Math.max(last, next - 1)]]));
    return { applied, left: rows.length - applied };
  });
