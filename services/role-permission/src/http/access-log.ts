import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor, pageOf } from '@rollcall/service-kit/cursor';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/role-permission/access-log';
import { z } from 'zod';
import { present, revisionHeader, submit } from '../access.ts';
import { decide } from '../domain/decide/decide.ts';
import type { RecordedAccessEvent } from '../domain/events.ts';
import type { AccessState } from '../domain/state.ts';
import { maySee, organizationOf } from '../domain/visibility.ts';
import { historyOf } from '../history.ts';
import type { Ports } from '../ports.ts';
import { readable, shownEvent } from '../shown-event.ts';
import { commandIdFor, wishFor } from './wish.ts';

/** Events looked through for one page: whoever may see few of them pages on. */
const lookedThrough = 2_000;

export const accessLogHandlers = (ports: Ports) => {
  const { access, names, log } = { ...ports, log: ports.accessLog };
  const eventsOf = async (commandId: string) =>
    Promise.all((await log.ofCommand(commandId)).map((entry) => shownEvent(names, entry)));

  return [
    handle(routes.submitAccessCommands, async ({ body: { commands, dryRun } }, context) => {
      const outcome = await wishFor(ports, commands, { dryRun: dryRun ? 'true' : 'false', isBatch: true }, context);
      if (isRefusal(outcome)) return outcome;
      if (outcome.tried) {
        const time = new Date().toISOString();
        const events = await Promise.all(
          outcome.tried.events.map(async ({ type, subject, data }, index) => ({
            position: outcome.tried.revision - outcome.tried.events.length + index + 1,
            id: '',
            commandId: '',
            index,
            type,
            subject,
            time,
            actor: context.cause.actor,
            data,
          })),
        );
        return answer(200, { revision: outcome.tried.revision, dryRun: true as const, events });
      }
      const { revision } = outcome.written;
      const events = await eventsOf(outcome.commandId);
      return answer(200, { revision, events }, revisionHeader(outcome.written));
    }),

    handle(routes.listAccessEvents, async ({ query }, { signedIn }) => {
      const after = decodeCursor(query.cursor, z.tuple([z.string().regex(/^\d+$/)]));
      if (isRefusal(after)) return after;
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      const { state, now, revision } = reading;
      const from = after ? Number(after[0]) + 1 : (query.from ?? 1);
      const entries = await log.read(from, lookedThrough);
      const isWanted = ({ event }: RecordedAccessEvent): boolean =>
        maySee(state, signedIn.userId, event, now) &&
        (query.organization === undefined || organizationOf(event) === query.organization);
      const visible = entries.filter(isWanted);
      const rows = visible.slice(0, query.limit + 1);
      const last = entries.at(-1);
      const page = pageOf(
        rows,
        query.limit,
        ({ position }) => [String(position)],
        (row) => row,
      );
      const isCut = entries.length === lookedThrough && page.nextCursor === null && last !== undefined;
      const items = await Promise.all(page.items.map((entry) => shownEvent(names, entry)));
      return answer(200, { items, nextCursor: isCut ? cursorAfter(last) : page.nextCursor, revision });
    }),

    handle(routes.readAccessEvent, async ({ params: { position } }, { signedIn }) => {
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      const entry = await seenAt(ports, reading, signedIn.userId, position);
      return isRefusal(entry) ? entry : answer(200, await shownEvent(names, entry));
    }),

    handle(routes.undoAccessEvent, async ({ params: { position }, body }, { cause, claim, signedIn }) => {
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      const { cascade = false, dryRun = false } = body;
      const entry = await seenAt(ports, reading, signedIn.userId, position);
      if (isRefusal(entry)) return entry;
      const target = await log.ofCommand(entry.commandId);
      const history = await historyOf(log, target, reading.revision, cascade);
      const id = await commandIdFor(ports, claim, { position, ...body });
      const command = { type: 'undo' as const, target: entry.commandId, history, cascade, id, cause };
      if (dryRun) {
        const events = decide(reading.state, command, { now: reading.now, after: () => [] });
        if (isRefusal(events)) return events;
        const told = events.map(async (event, index) => ({
          position: reading.revision + 1 + index,
          id: '',
          commandId: id,
          index,
          type: event.type,
          subject: event.subject,
          time: new Date(reading.now).toISOString(),
          actor: cause.actor,
          data: await readable(names, event),
        }));
        const revision = reading.revision + events.length;
        return answer(200, { revision, dryRun: true as const, events: await Promise.all(told) });
      }
      const written = await submit(access, command);
      if (isRefusal(written)) return written;
      const events = await eventsOf(id);
      return answer(200, { revision: written.revision, events }, revisionHeader(written));
    }),
  ];
};

const cursorAfter = ({ position }: RecordedAccessEvent): string | null =>
  pageOf(
    [{ position }, { position }],
    1,
    (row) => [String(row.position)],
    (row) => row,
  ).nextCursor;

/** The event at a position, to whoever may see it. */
const seenAt = async (
  { accessLog }: Ports,
  { state, now }: { readonly state: AccessState; readonly now: number },
  viewer: string,
  position: number,
): Promise<RecordedAccessEvent | Refusal> => {
  const [entry] = await accessLog.read(position, 1);
  if (!entry || entry.position !== position) return refuse('not_found');
  return maySee(state, viewer, entry.event, now) ? entry : refuse('not_found');
};
