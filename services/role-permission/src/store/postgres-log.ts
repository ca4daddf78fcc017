import type { Appended, Intended, Log, Page, Proposed } from '@rollcall/event-store/log';
import postgres from 'postgres';
import type { EdgeChange } from '../domain/edges.ts';
import type { AccessEvent } from '../domain/events.ts';
import { edgesOf } from '../domain/evolve.ts';
import { keysOf } from '../domain/keys.ts';
import { edgeRowsOf } from './edge-rows.ts';
import { type EventRow, eventColumns, recordedOf } from './event-rows.ts';
import { versionOf } from './upcasters.ts';

/** What is written beside an event, for questions about the past and for undo. */
export interface Derived {
  edgesOf(event: AccessEvent): readonly EdgeChange[];
  keysOf(event: AccessEvent): readonly string[];
}

/**
 * One stream of `role_permission.events` as a log.
 *
 * @param sql a pool of the service's role; more than one connection, so that one that hangs does not stop the others
 */
export const postgresLog = (
  sql: postgres.Sql,
  stream: string,
  derived: Derived = { edgesOf, keysOf },
): Log<AccessEvent> => ({
  append: (intended) => append(sql, stream, derived, intended).catch(refusalOf),
  appendAlone: (fromPosition, limit, decide) =>
    appendAlone(sql, stream, derived, { fromPosition, limit, decide }).catch(refusalOf),
  read: (fromPosition, limit) => read(sql, stream, fromPosition, limit),
  known: (eventIds) => known(sql, eventIds),
  raiseEpoch: (above) => raiseEpoch(sql, stream, above),
});

/** A writer that has stalled with the log in its hands gives it back after so long. */
const aloneFor = '400ms';

const lockName = (stream: string): string => `access log ${stream}`;

/**
 * One statement that commits by itself: a writer that stalls holds no transaction open. All of the batch or nothing
 * (`on conflict do nothing` would keep half of one and leave a hole).
 *
 * - The lock is only tried: whoever does not get it knows at once that another is writing.
 * - The epoch must be the one that the batch was decided in, and nobody may raise it before this commits: hence the
 *   lock on its row, for a snapshot alone would still show the old one.
 * - The predecessor must be there: the key alone would let a replica that is ahead of a table which lost its tail
 *   write behind the hole. By its id alone it would pass if its command was done again after that, behind others.
 * - The key must be free: that alone decides between writers whose snapshots did not show them each other.
 * - Time is the database's, but never before that of the predecessor.
 */
const append = async (
  sql: postgres.ISql,
  stream: string,
  { edgesOf: changesOf, keysOf: namesOf }: Derived,
  { epoch, head, headAt, proposed }: Intended<AccessEvent>,
): Promise<Appended> => {
  const { ended, begun } = edgeRowsOf(
    proposed.map(({ event }, n) => ({ position: head.position + 1 + n, changes: changesOf(event) })),
  );
  // As text, because a pool that drizzle shares has other ideas of how json is to be sent.
  const rows = JSON.stringify({
    events: proposed.map((one, n) => rowOf(one, head.position + 1 + n, namesOf(one.event))),
    ended,
    begun,
  });
  const [done] = await sql<{ at: string | null }[]>`
    with writer as materialized (
      select pg_try_advisory_xact_lock(hashtextextended(${lockName(stream)}, 0)) as alone
    ),
    history as materialized (
      select streams.epoch from role_permission.streams cross join writer
      where writer.alone and streams.stream = ${stream}::text and streams.epoch = ${epoch}::integer
      for share of streams
    ),
    predecessor as materialized (
      select at from role_permission.events
      where stream = ${stream}::text and position = ${head.position}::bigint and id = ${head.id}::uuid
        and (extract(epoch from at) * 1000)::bigint = ${headAt}::bigint
      union all
      select '-infinity'::timestamptz where ${head.position}::bigint = 0
    ),
    given as materialized (
      select ${rows}::text::jsonb as rows
    ),
    appended as (
      insert into role_permission.events (
        stream, position, id, command_id, index, type, version, subject, subject_sequence, data,
        actor, correlation_id, causation_id, traceparent, keys, at
      )
      select
        ${stream}::text, r.position, r.id, r.command_id, r.index, r.type, r.version, r.subject, r.subject_sequence, r.data,
        r.actor, r.correlation_id, r.causation_id, r.traceparent, r.keys,
        greatest(date_trunc('milliseconds', statement_timestamp()), predecessor.at)
      from history
      cross join predecessor
      cross join given
      cross join jsonb_to_recordset(given.rows -> 'events') as r(
        position bigint, id uuid, command_id uuid, index integer, type text, version smallint, subject text,
        subject_sequence integer, data jsonb, actor text, correlation_id text, causation_id text, traceparent text,
        keys text[]
      )
      returning at
    ),
    kept as materialized (
      select max(at) as at from appended having count(*) > 0
    ),
    ended as (
      update role_permission.edges set to_position = r.to_position
      from kept
      cross join given
      cross join jsonb_to_recordset(given.rows -> 'ended') as r(
        object text, relation text, subject text, to_position bigint
      )
      where edges.stream = ${stream}::text and edges.object = r.object and edges.relation = r.relation
        and edges.subject = r.subject and edges.to_position is null
    ),
    begun as (
      insert into role_permission.edges (
        stream, object, relation, subject, from_position, to_position, valid_until
      )
      select ${stream}::text, r.object, r.relation, r.subject, r.from_position, r.to_position, r.valid_until
      from kept
      cross join given
      cross join jsonb_to_recordset(given.rows -> 'begun') as r(
        object text, relation text, subject text, from_position bigint, to_position bigint, valid_until timestamptz
      )
    )
    select (extract(epoch from at) * 1000)::bigint::text as at from kept`;
  return done?.at == null ? { status: 'lost' } : { status: 'appended', at: Number(done.at) };
};

/** The same statement in a transaction that has the lock before it looks. */
const appendAlone = async (
  sql: postgres.Sql,
  stream: string,
  derived: Derived,
  {
    fromPosition,
    limit,
    decide,
  }: {
    readonly fromPosition: number;
    readonly limit: number;
    readonly decide: (page: Page<AccessEvent>) => Intended<AccessEvent> | undefined;
  },
): Promise<Appended | undefined> =>
  sql.begin(async (tx) => {
    await tx`select set_config('idle_in_transaction_session_timeout', ${aloneFor}, true)`;
    await tx`select pg_advisory_xact_lock(hashtextextended(${lockName(stream)}, 0))`;
    const intended = decide(await read(tx, stream, fromPosition, limit));
    return intended && (await append(tx, stream, derived, intended));
  });

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

const rowOf = ({ id, commandId, index, event }: Proposed<AccessEvent>, position: number, keys: readonly string[]) => ({
  position,
  id,
  command_id: commandId,
  index,
  type: event.type,
  version: versionOf(event.type),
  subject: event.subject,
  subject_sequence: event.subjectSequence,
  data: event.data,
  actor: event.cause.actor,
  correlation_id: event.cause.correlationId,
  causation_id: event.cause.causationId,
  traceparent: event.cause.traceparent,
  keys,
});

/** The epoch and the entries of one moment: a page that is read across a restore must not pass for one of either. */
const read = async (
  sql: postgres.ISql,
  stream: string,
  fromPosition: number,
  limit: number,
): Promise<Page<AccessEvent>> => {
  const rows = await sql<({ epoch: number } & (EventRow | { position: null }))[]>`
    select streams.epoch, entry.*
    from role_permission.streams
    left join lateral (
      select ${sql.unsafe(eventColumns)} from role_permission.events
      where events.stream = streams.stream and events.position >= ${fromPosition}
      order by events.position
      limit ${limit}
    ) as entry on true
    where streams.stream = ${stream}`;
  const [first] = rows;
  if (first)
    return { epoch: first.epoch, entries: rows.flatMap((row) => (row.position === null ? [] : recordedOf(row))) };
  await sql`insert into role_permission.streams (stream) values (${stream}) on conflict do nothing`;
  return read(sql, stream, fromPosition, limit);
};

const known = async (sql: postgres.Sql, eventIds: readonly string[]): Promise<ReadonlySet<string>> => {
  const rows = await sql<{ id: string }[]>`
    select id from role_permission.events
    where id in (select value::uuid from json_array_elements_text(${JSON.stringify(eventIds)}::text::json))`;
  return new Set(rows.map(({ id }) => id));
};

const raiseEpoch = async (sql: postgres.Sql, stream: string, above: number): Promise<number> => {
  await sql`
    insert into role_permission.streams as known (stream, epoch) values (${stream}, ${above + 1})
    on conflict (stream) do update set epoch = excluded.epoch where known.epoch <= ${above}`;
  const [row] = await sql<{ epoch: number }[]>`select epoch from role_permission.streams where stream = ${stream}`;
  return row?.epoch ?? above + 1;
};
