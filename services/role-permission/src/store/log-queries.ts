import type postgres from 'postgres';
import type { RecordedAccessEvent } from '../domain/events.ts';
import { eventIdOf } from './event-id.ts';
import { type EventRow, eventColumns, recordedOf } from './event-rows.ts';

/** Questions to the log itself, about what the live state no longer knows. */
export interface LogQueries {
  /** The entries from a position on, so many at most. */
  read(fromPosition: number, limit: number): Promise<readonly RecordedAccessEvent[]>;
  /** The entries after a position whose commands read or wrote any of these keys, in order. */
  after(position: number, keys: readonly string[]): Promise<readonly RecordedAccessEvent[]>;
  /** The entries of one command, in order. */
  ofCommand(commandId: string): Promise<readonly RecordedAccessEvent[]>;
  /** The entries at these positions, in order. */
  at(positions: readonly number[]): Promise<readonly RecordedAccessEvent[]>;
  /** The entries about these subjects, of these types, up to a position, in order. */
  about(subjects: readonly string[], types: readonly string[], upTo: number): Promise<readonly RecordedAccessEvent[]>;
  /** All entries of these types up to a position, in order. Reads the whole log. */
  ofTypes(types: readonly string[], upTo: number): Promise<readonly RecordedAccessEvent[]>;
  /** The last position that was there at an instant, in milliseconds since 1970; 0 before the first. */
  positionAt(instant: number): Promise<number>;
}

/** @param sql a pool of the service's role */
export const logQueries = (sql: postgres.Sql, stream: string): LogQueries => ({
  read: async (fromPosition, limit) => {
    const rows = await sql<EventRow[]>`
      select ${sql.unsafe(eventColumns)} from role_permission.events
      where stream = ${stream} and position >= ${fromPosition}
      order by events.position
      limit ${limit}`;
    return rows.map(recordedOf);
  },
  after: async (position, keys) => {
    const rows = await sql<EventRow[]>`
      select ${sql.unsafe(eventColumns)} from role_permission.events
      where stream = ${stream} and position > ${position} and keys && ${[...keys]}::text[]
      order by events.position`;
    return rows.map(recordedOf);
  },
  ofCommand: async (commandId) => {
    // Events of a command stand one behind the other, and the id of the first follows from that of the command.
    const rows = await sql<EventRow[]>`
      with first as materialized (
        select position from role_permission.events where id = ${eventIdOf(commandId, 0)} and stream = ${stream}
      ),
      next as materialized (
        select events.position from first join role_permission.events
          on events.stream = ${stream} and events.position > first.position and events.command_id <> ${commandId}
        order by events.position
        limit 1
      )
      select ${sql.unsafe(eventColumns)} from role_permission.events
      where stream = ${stream} and events.position >= (select position from first)
        and events.position < coalesce((select position from next), ${Number.MAX_SAFE_INTEGER}::bigint)
      order by events.position`;
    return rows.map(recordedOf);
  },
  at: async (positions) => {
    const rows = await sql<EventRow[]>`
      select ${sql.unsafe(eventColumns)} from role_permission.events
      where stream = ${stream} and position = any(${[...positions]}::bigint[])
      order by events.position`;
    return rows.map(recordedOf);
  },
  about: async (subjects, types, upTo) => {
    const rows = await sql<EventRow[]>`
      select ${sql.unsafe(eventColumns)} from role_permission.events
      where stream = ${stream} and subject = any(${[...subjects]}::text[]) and type = any(${[...types]}::text[]) and position <= ${upTo}
      order by events.position`;
    return rows.map(recordedOf);
  },
  ofTypes: async (types, upTo) => {
    const rows = await sql<EventRow[]>`
      select ${sql.unsafe(eventColumns)} from role_permission.events
      where stream = ${stream} and type = any(${[...types]}::text[]) and position <= ${upTo}
      order by events.position`;
    return rows.map(recordedOf);
  },
  positionAt: async (instant) => {
    // Time never runs back along the log and positions have no holes: halving finds it without an index on time.
    const [found] = await sql<{ position: string }[]>`
      with recursive search as (
        select 0::bigint as low, coalesce(max(position), 0) as high
        from role_permission.events where stream = ${stream}
        union all
        select
          case when events.at <= instant.at then events.position else search.low end,
          case when events.at <= instant.at then search.high else events.position - 1 end
        from search
        cross join (select to_timestamp(${instant}::double precision / 1000) as at) as instant
        join role_permission.events
          on events.stream = ${stream} and events.position = (search.low + search.high + 1) / 2
        where search.low < search.high
      )
      select low::text as position from search where low = high`;
    return Number(found?.position ?? 0);
  },
});
