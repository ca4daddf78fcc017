import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor, pageOf } from '@rollcall/service-kit/cursor';
import { Sight } from '@rollcall/types/access-sight';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { beyondScopes } from '@rollcall/types/route-scopes';
import * as routes from '@rollcall/types/routes/role-permission/access-log';
import { present, revisionHeader, submit } from '../access.ts';
import { decide } from '../domain/decide/decide.ts';
import type { RecordedAccessEvent } from '../domain/events.ts';
import { concernOf } from '../domain/visibility.ts';
import { historyOf } from '../history.ts';
import { presentFrom } from '../moment.ts';
import type { Ports } from '../ports.ts';
import { shownEvent } from '../shown-event.ts';
import { eachInTurn } from '../store/turns.ts';
import { positionCursor } from './cursors.ts';
import { triedOn } from './trial.ts';
import { commandIdFor, wishFor } from './wish.ts';

/** Events looked through for one page: whoever may see few of them pages on. */
const lookedThrough = 2_000;

export const accessLogHandlers = (ports: Ports) => {
  const { access, names, log } = { ...ports, log: ports.accessLog };
  const eventsOf = async (commandId: string) =>
    eachInTurn(await log.ofCommand(commandId), (entry) => shownEvent(names, entry));

  return [
    handle(routes.submitAccessCommands, async ({ body: { commands, dryRun } }, context) => {
      const { scopes } = context.signedIn;
      const beyond = commands.map(({ type }) => beyondScopes({ operationId: type }, scopes, false)).find(isRefusal);
      if (beyond) return beyond;
      const outcome = await wishFor(ports, commands, { dryRun: dryRun ? 'true' : 'false', isBatch: true }, context);
      if (isRefusal(outcome)) return outcome;
      if (outcome.tried) return answer(200, outcome.tried);
      const { revision } = outcome.written;
      const events = await eventsOf(outcome.commandId);
      return answer(200, { revision, events }, revisionHeader(outcome.written));
    }),

    handle(routes.listAccessEvents, async ({ query }, { signedIn }) => {
      const after = decodeCursor(query.cursor, positionCursor);
      if (isRefusal(after)) return after;
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      const { revision } = reading;
      const from = after ? after[0] + 1 : (query.from ?? 1);
      const entries = await log.read(from, lookedThrough);
      const sight = await sightOf(ports, signedIn.userId, entries);
      if (isRefusal(sight)) return sight;
      const isWanted = ({ event }: RecordedAccessEvent): boolean => {
        const concern = concernOf(event);
        const isThere = query.organization === undefined || concern.organizations.includes(query.organization);
        return isThere && sight.maySee(concern);
      };
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
      const entry = await seenAt(ports, signedIn.userId, position);
      return isRefusal(entry) ? entry : answer(200, await shownEvent(names, entry));
    }),

    handle(routes.undoAccessEvent, async ({ params: { position }, body }, { cause, claim, signedIn }) => {
      // What is taken back may be of either kind.
      const beyond = beyondScopes({ operationId: 'restoreDeletedItem' }, signedIn.scopes, false);
      if (beyond) return beyond;
      const { cascade = false, dryRun = false } = body;
      const entry = await seenAt(ports, signedIn.userId, position);
      if (isRefusal(entry)) return entry;
      const reading = present(access);
      if (isRefusal(reading)) return reading;
      const target = await log.ofCommand(entry.commandId);
      const history = await historyOf(log, target, reading.revision, cascade);
      if (isRefusal(history)) return history;
      const id = await commandIdFor(ports, claim, { position, ...body });
      const command = { type: 'undo' as const, target: entry.commandId, history, cascade, id, cause };
      if (dryRun) {
        const events = decide(reading.state, command, { now: reading.now, after: () => [] });
        return isRefusal(events) ? events : answer(200, await triedOn(names, reading, events));
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

/** What somebody may see at the present, which is one that knows these entries: nothing newer is judged by older rights. */
const sightOf = async (
  ports: Ports,
  viewer: string,
  entries: readonly RecordedAccessEvent[],
): Promise<Sight | Refusal> => {
  const moment = await presentFrom(ports, entries.at(-1)?.position);
  return isRefusal(moment) ? moment : new Sight(viewer, moment);
};

/** The event at a position, to whoever may see it. */
const seenAt = async (ports: Ports, viewer: string, position: number): Promise<RecordedAccessEvent | Refusal> => {
  const entries = await ports.accessLog.read(position, 1);
  const sight = await sightOf(ports, viewer, entries);
  if (isRefusal(sight)) return sight;
  const [entry] = entries;
  return entry?.position === position && sight.maySee(concernOf(entry.event)) ? entry : refuse('not_found');
};
