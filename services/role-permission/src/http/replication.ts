import { createHash } from 'node:crypto';
import { answer, handle } from '@rollcall/service-kit/call-context';
import { isRefusal } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/role-permission/replication';
import { present } from '../access.ts';
import type { RecordedAccessEvent } from '../domain/events.ts';
import { concernOf } from '../domain/visibility.ts';
import { accessModelJson } from '../model.ts';
import type { Ports } from '../ports.ts';
import { placeOf } from '../recent-changes.ts';
import { shownEvent } from '../shown-event.ts';
import { eachInTurn } from '../store/turns.ts';

/** For whoever answers checks from a graph of their own: all of it, and what changes of it. */
export const replicationHandlers = ({ access, accessLog, graph, recent, names }: Ports) => {
  const told = (entries: readonly RecordedAccessEvent[]) =>
    eachInTurn(entries, async (entry) => ({
      event: await shownEvent(names, entry),
      concern: concernOf(entry.event),
    }));

  return [
    handle(routes.readAccessGraph, async () => {
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      const { revision, epoch, age, newest } = reading;
      const { graph: tuples, barred } = graph.present;
      const snapshot = tuples.toSnapshot({ revision, epoch: String(epoch) }, sha256);
      return answer(200, {
        epoch,
        revision,
        age,
        place: placeOf(newest),
        at: newest.at,
        model: accessModelJson,
        modelDigest,
        snapshot: Buffer.from(snapshot).toString('base64'),
        barred: [...barred],
      });
    }),

    handle(routes.readAccessChanges, async ({ query }) => {
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      const { revision, epoch, age, newest } = reading;
      const asked = { revision: query.after, place: query.place };
      const head = { revision, place: placeOf(newest) };
      const news = query.epoch === epoch ? recent.after(asked, head, query.limit) : undefined;
      const { entries, changes } = news ?? { entries: [], changes: [] };
      const last = entries.at(-1) ?? newest;
      return answer(200, {
        epoch,
        revision,
        age,
        place: placeOf(last),
        at: last.at,
        modelDigest,
        reload: news === undefined,
        changes: [...changes],
        entries: await told(entries),
      });
    }),

    handle(routes.readAccessHistory, async ({ query }) => {
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      const { revision, epoch, age } = reading;
      const entries = await accessLog.read(query.after + 1, query.limit);
      return answer(200, { epoch, revision, age, entries: await told(entries) });
    }),
  ];
};

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

const modelDigest = sha256(accessModelJson);
