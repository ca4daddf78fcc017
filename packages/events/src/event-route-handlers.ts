import type { Connection } from '@rollcall/database/connect';
import { answer, type BoundRoute, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor, pageOf } from '@rollcall/service-kit/cursor';
import type { Logger } from '@rollcall/service-kit/logging';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { eventRoutesOf } from '@rollcall/types/routes/every-service';
import type { StatefulService } from '@rollcall/types/services';
import { asc, eq, gt } from 'drizzle-orm';
import { z } from 'zod';
import type { EventTables } from './event-tables.ts';
import type { PersonalData } from './personal-data.ts';
import type { Reaction } from './reaction.ts';
import type { RelaySource } from './relay-source.ts';
import { retryParked } from './retry-parked.ts';
import type { SnapshotSource } from './snapshot.ts';

export interface EventRoutesOptions {
  readonly service: StatefulService;
  readonly connection: Connection;
  readonly tables: EventTables;
  readonly personal: PersonalData;
  readonly reactions: Partial<Record<StatefulService, readonly Reaction[]>>;
  readonly log: Logger;
  readonly sources: readonly RelaySource[];
  readonly wakeRelays: () => void;
  /** What stands now, for consumers that come late; none unless told. */
  readonly snapshot?: SnapshotSource | undefined;
}

const snapshotPage = 200;

/** Handlers of the internal routes that all services with events have alike. */
export const eventRouteHandlers = (options: EventRoutesOptions): BoundRoute[] => {
  const routes = eventRoutesOf(options.service);
  const { db } = options.connection;
  const { parkedEvents } = options.tables;

  return [
    handle(routes.listParkedEvents, async ({ query }) => {
      const after = decodeCursor(query.cursor, z.tuple([z.uuid()]));
      if (isRefusal(after)) return after;
      const rows = await db
        .select()
        .from(parkedEvents)
        .where(after ? gt(parkedEvents.eventId, after[0]) : undefined)
        .orderBy(asc(parkedEvents.eventId))
        .limit(query.limit + 1);
      const body = pageOf(
        rows,
        query.limit,
        (row) => [row.eventId],
        ({ eventId, envelope: _, parkedAt, ...row }) => ({
          ...row,
          id: eventId,
          service: options.service,
          parkedAt: parkedAt.toISOString(),
        }),
      );
      return answer(200, body);
    }),

    handle(routes.retryParkedEvent, async ({ params }) => {
      const [parked] = await db.select().from(parkedEvents).where(eq(parkedEvents.eventId, params.id));
      if (!parked) return refuse('event_not_parked');
      const retried = await retryParked(options, parked.source, parked.subject);
      options.wakeRelays();
      return retried.applied === 0 && retried.left > 0
        ? refuse('event_still_fails')
        : answer(200, { applied: retried.applied });
    }),

    handle(routes.republishEvents, async ({ body }) => {
      const counts = await Promise.all(options.sources.map((source) => source.again(body.subject, body.fromSequence)));
      options.wakeRelays();
      const firsts = await Promise.all(options.sources.map((source) => source.firstKept(body.subject)));
      const kept = firsts.filter((first) => first !== undefined);
      const events = counts.reduce((sum, count) => sum + count, 0);
      return answer(200, { events, firstKept: kept.length === 0 ? null : Math.min(...kept) });
    }),

    handle(routes.readSnapshot, async ({ query }) => {
      const { after = null, subject = null } = query;
      const items = (await options.snapshot?.read({ after, subject, limit: snapshotPage })) ?? [];
      const isLast = subject !== null || items.length < snapshotPage;
      return answer(200, { items: [...items], next: isLast ? null : (items.at(-1)?.subject ?? null) });
    }),
  ];
};
