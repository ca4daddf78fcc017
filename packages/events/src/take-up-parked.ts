import { Worker } from '@rollcall/service-kit/worker';
import { and, asc, gt, inArray } from 'drizzle-orm';
import { isKnown, unknownToVersion } from './intake.ts';
import { type RetryOptions, retryParked } from './retry-parked.ts';

const batch = 100;

export interface TakeUpOptions extends RetryOptions {
  /** Something of it may have caused events. */
  readonly committed: () => void;
  /** For specs; 10,000 unless told. */
  readonly everyMilliseconds?: number;
}

/**
 * While a newer version is rolled out, replicas of the older one park what they do not know. Once this one runs that does,
 * it takes that up by itself; what fails here too is left to an administrator.
 */
export const createTakingUp = ({ everyMilliseconds = 10_000, committed, ...options }: TakeUpOptions): Worker => {
  const { connection, tables, log } = options;
  const { parkedEvents } = tables;
  const tried = new Set<string>();
  const page = (after: string | undefined) =>
    connection.db
      .select()
      .from(parkedEvents)
      .where(
        and(
          inArray(parkedEvents.reason, [...unknownToVersion]),
          after === undefined ? undefined : gt(parkedEvents.eventId, after),
        ),
      )
      .orderBy(asc(parkedEvents.eventId))
      .limit(batch);
  return new Worker({
    name: 'taking up parked events',
    idleMilliseconds: everyMilliseconds,
    log,
    round: async () => {
      for (let rows = await page(undefined); rows.length > 0; rows = await page(rows.at(-1)?.eventId)) {
        for (const { eventId, source, subject, envelope } of rows) {
          if (tried.has(eventId) || !isKnown(envelope)) continue;
          const { applied } = await retryParked(options, source, subject);
          // Not at every round anew: if it fails here too, that is for somebody to look at.
          tried.add(eventId);
          if (applied > 0) log.info({ source, subject, events: applied }, 'took up what an older version had parked');
          committed();
        }
      }
      return false;
    },
  });
};
