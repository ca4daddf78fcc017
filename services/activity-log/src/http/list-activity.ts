import { answer, handle } from '@rollcall/service-kit/call-context';
import { decodeCursor, pageOf } from '@rollcall/service-kit/cursor';
import { entityId, instant } from '@rollcall/types/ids';
import { isRefusal } from '@rollcall/types/problems';
import { type Activity, listActivity } from '@rollcall/types/routes/activity-log';
import { z } from 'zod';
import { openPersonalValues } from '../personal-values.ts';
import type { Ports } from '../ports.ts';
import { findActivity, findActivityOf, type RecordedActivity } from '../store/activity.ts';

export const handleListActivity = ({ connection, personal, log }: Ports) =>
  handle(listActivity, async ({ query }, context) => {
    const before = decodeCursor(query.cursor, cursorKey);
    if (isRefusal(before)) return before;
    const { userId } = context.signedIn;
    // `me` stands for the caller wherever a user id stands.
    const idOf = (id: string | undefined) => (id === 'me' ? userId : id);
    const filter = {
      actor: idOf(query.actor),
      subject: idOf(query.subject),
      type: query.type,
      from: momentOf(query.from),
      to: momentOf(query.to),
      before: before ? { occurredAt: moment(before[0]), id: before[1] } : undefined,
    };
    const seesAll = await context.holds('activity.read');
    const rows = seesAll
      ? await findActivity(connection.db, filter, query.limit + 1)
      : await findActivityOf(connection.db, userId, filter, query.limit + 1);

    const shown = rows.slice(0, query.limit);
    const values = await openPersonalValues(personal, shown, { userId, seesAll }, log);
    return answer(
      200,
      pageOf(rows, query.limit, cursorOf, (row) => itemOf(row, values)),
    );
  });

const cursorKey = z.tuple([instant, entityId]);
const cursorOf = (row: RecordedActivity) => [row.occurredAt.toISOString(), row.id];

// Nothing is older than the epoch, and Postgres has no year 0, which ISO 8601 can name.
const moment = (at: string): Date => new Date(Math.max(0, Date.parse(at)));
const momentOf = (at: string | undefined): Date | undefined => (at === undefined ? undefined : moment(at));

const itemOf = (
  { id, type, occurredAt, source, actor, subject, correlationId, data }: RecordedActivity,
  values: ReadonlyMap<string, Record<string, unknown> | null>,
): Activity => {
  const { personal: _, ...open } = data;
  const time = occurredAt.toISOString();
  const shown = values.has(id) ? { ...open, personal: values.get(id) ?? null } : open;
  return { id, type, time, source, actor, subject, correlationId, data: shown };
};
