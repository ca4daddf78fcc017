import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor } from '@rollcall/service-kit/cursor';
import { entityId } from '@rollcall/types/ids';
import { isRefusal, refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/role-permission/deleted-items';
import { z } from 'zod';
import { present, revisionHeader, submit } from '../access.ts';
import { mayRestore, restorableBy } from '../domain/deleted-queries.ts';
import type { Ports } from '../ports.ts';
import { pageFrom } from './page-from.ts';
import { triedOn } from './trial.ts';
import { commandIdFor, tryOut } from './wish.ts';

export const deletedItemHandlers = ({ access, accessLog, connection, names, config }: Ports) => [
  handle(routes.listDeletedItems, async ({ query }, { signedIn }) => {
    const after = decodeCursor(query.cursor, z.tuple([entityId]));
    if (isRefusal(after)) return after;
    const reading = present(access);
    if (isRefusal(reading)) return reading;
    const rows = restorableBy(reading.state, signedIn.userId, reading.now, after?.[0]);
    const page = pageFrom(rows, query.limit, ({ id }) => [id]);
    const items = await Promise.all(
      page.items.map(async ({ id, kind, name, deletedBy, deletedAt }) => ({
        id,
        kind,
        name: await names.open(name),
        deletedBy,
        deletedAt: new Date(deletedAt).toISOString(),
        restorableUntil: new Date(deletedAt + config.deletionGraceMilliseconds).toISOString(),
      })),
    );
    return answer(200, { ...page, items });
  }),

  handle(routes.restoreDeletedItem, async ({ params: { id: itemId }, query, body }, { cause, claim, signedIn }) => {
    const reading = present(access);
    if (isRefusal(reading)) return reading;
    const item = reading.state.deleted.get(itemId);
    if (!item || !mayRestore(reading.state, signedIn.userId, item, reading.now)) return refuse('not_found');
    const [entry] = await accessLog.read(item.position, 1);
    const entries = entry ? await accessLog.ofCommand(entry.commandId) : [];
    const id = await commandIdFor({ connection }, claim, { itemId });
    const command = { type: 'restoreDeleted' as const, itemId, entries, id, cause };
    if (query.dryRun === 'true' || body.dryRun) {
      const events = tryOut(reading, command);
      return isRefusal(events) ? events : answer(200, await triedOn(names, reading, events));
    }
    const written = await submit(access, command);
    if (isRefusal(written)) return written;
    return answer(200, { revision: written.revision }, revisionHeader(written));
  }),
];
