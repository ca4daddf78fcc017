import type { Connection } from '@rollcall/database/connect';
import type { RelaySource } from '@rollcall/events/relay-source';
import type { EventTableRow } from './event-envelope.ts';
import { backlogOf, goBackBefore, hasEvents, lastRemembered, offerUnpublished, publishedTo } from './log-progress.ts';
import { nothingOffered, type Offer } from './offer.ts';
import { offerRequested, requestSubject } from './subject-requests.ts';

/**
 * The access log as a relay's source: it is its own outbox. Positions are gapless and in commit order, so one position
 * says what has been published; a checkpoint for each batch says where in the stream that was.
 *
 * All that decides what goes out, and under which message id, stands in the database: a relay that takes over from
 * another, or from itself before a restart, publishes under the same ids, and JetStream drops what it has already.
 *
 * @param report told of an event that no consumer will be able to read
 */
export const logSource = (
  { db }: Connection,
  report: (error: unknown, event: Pick<EventTableRow, 'position'>) => void,
): RelaySource => {
  let offer: Offer = nothingOffered;
  return {
    name: 'access log',
    async waiting(limit) {
      const from = await publishedTo(db);
      offer = (await offerRequested(db, from, limit, report)) ?? (await offerUnpublished(db, from, limit, report));
      return offer.waiting;
    },
    async published(publications) {
      await offer.settle(new Map(publications.map(({ waiting, streamSequence }) => [waiting, streamSequence])));
    },
    backlog: () => backlogOf(db),
    remembered: (before) => lastRemembered(db, before),
    lostFrom: (streamSequence) => goBackBefore(db, streamSequence),
    // The log is kept for good.
    firstKept: async (subject) => ((await hasEvents(db, subject)) ? 1 : undefined),
    again: (subject, fromSequence) => requestSubject(db, subject, fromSequence),
  };
};
