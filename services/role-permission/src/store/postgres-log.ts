import type { Appended, Head, Log, Proposed } from '@rollcall/event-store/log';
import postgres from 'postgres';
import type { AccessEvent, RecordedAccessEvent } from '../domain/events.ts';
import { type EventRow, recordedOf } from './event-rows.ts';

/**
 * One stream of `role_permission.events` as a log.
 *
 * @param sql a pool of the service's role; more than one connection, so that one that hangs does not stop the others
 */
export const postgresLog = (sql: postgres.Sql, stream: string): Log<AccessEvent> => ({
  append: (head, batch) => append(sql, stream, head, batch),
  read: (fromPosition, limit) => read(sql, stream, fromPosition, limit),
  known: (eventIds) => known(sql, eventIds),
});

/**
 * One statement that commits by itself: a writer that stalls holds no transaction open. All of the batch or nothing
 * (`on conflict do nothing` would keep half of one and leave a hole).
 *
 * - The lock is only tried: whoever does not get it knows at once that another is writing.
 * - The predecessor must be there: the key alone would let a replica that is ahead of a table which lost its tail
 *   write behind the hole.
 * - The key must be free: that alone decides between writers whose snapshots did not show them each other.
 * - Time is the database's, but never before that of the predecessor.
 */
const append = async (
  sql: postgres.Sql,
  stream: string,
  head: Head,
  batch: readonly Proposed<AccessEvent>[],
): Promise<Appended> => {
  // As text, because a pool that drizzle shares has other ideas of how json is to be sent.
  const rows = JSON.stringify(batch.map((proposed, n) => rowOf(proposed, head.position + 1 + n)));
  try {
    const [done] = await sql<{ at: string | null }[]>`
      with writer as materialized (
        select pg_try_advisory_xact_lock(hashtextextended('access log ' || ${stream}::text, 0)) as alone
      ),
      predecessor as materialized (
        select at from role_permission.events
        where stream = ${stream}::text and position = ${head.position}::bigint and id = ${head.id}::uuid
        union all
        select '-infinity'::timestamptz where ${head.position}::bigint = 0
      ),
      appended as (
        insert into role_permission.events (
          stream, position, id, command_id, index, type, subject, subject_sequence, data,
          actor, correlation_id, causation_id, traceparent, at
        )
        select
          ${stream}::text, r.position, r.id, r.command_id, r.index, r.type, r.subject, r.subject_sequence, r.data,
          r.actor, r.correlation_id, r.causation_id, r.traceparent,
          greatest(date_trunc('milliseconds', statement_timestamp()), predecessor.at)
        from writer
        cross join predecessor
        cross join jsonb_to_recordset(${rows}::text::jsonb) as r(
          position bigint, id uuid, command_id uuid, index integer, type text, subject text, subject_sequence integer,
          data jsonb, actor text, correlation_id text, causation_id text, traceparent text
        )
        where writer.alone
        returning at
      )
      select (extract(epoch from max(at)) * 1000)::bigint::text as at from appended`;
    return done?.at == null ? { status: 'lost' } : { status: 'appended', at: Number(done.at) };
  } catch (error) {
    return refusalOf(error);
  }
};

/**
 * What the server's word about a failed statement is worth. A broken constraint or a value that it cannot store means
 * that nothing was kept. Everything else, a broken connection or a server that goes down, says nothing about the commit.
 */
const refusalOf = (error: unknown): Appended => {
  if (!(error instanceof postgres.PostgresError)) throw error;
  if (error.code === '23505') return { status: 'conflict' };
  // Classes: 22 data exception, 23 integrity constraint violation, 54 program limit exceeded.
  if (/^(?:22|23|54)/.test(error.code)) return { status: 'rejected', cause: error };
  throw error;
};

const rowOf = ({ id, commandId, index, event }: Proposed<AccessEvent>, position: number) => ({
  position,
  id,
  command_id: commandId,
  index,
  type: event.type,
  subject: event.subject,
  subject_sequence: event.subjectSequence,
  data: event.data,
  actor: event.cause.actor,
  correlation_id: event.cause.correlationId,
  causation_id: event.cause.causationId,
  traceparent: event.cause.traceparent,
});

const read = async (
  sql: postgres.Sql,
  stream: string,
  fromPosition: number,
  limit: number,
): Promise<readonly RecordedAccessEvent[]> => {
  const rows = await sql<EventRow[]>`
    select position::text, id, command_id, index, type, subject, subject_sequence, data::text,
      actor, correlation_id, causation_id, traceparent, (extract(epoch from at) * 1000)::bigint::text as at
    from role_permission.events
    where stream = ${stream} and position >= ${fromPosition}
    order by events.position
    limit ${limit}`;
  return rows.map(recordedOf);
};

const known = async (sql: postgres.Sql, eventIds: readonly string[]): Promise<ReadonlySet<string>> => {
  const rows = await sql<{ id: string }[]>`
    select id from role_permission.events
    where id in (select value::uuid from json_array_elements_text(${JSON.stringify(eventIds)}::text::json))`;
  return new Set(rows.map(({ id }) => id));
};
