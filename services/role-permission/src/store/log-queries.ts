import type postgres from 'postgres';
import type { RecordedAccessEvent } from '../domain/events.ts';
import { beginsOrEnds } from '../domain/keys.ts';
import { eventIdOf } from './event-id.ts';
import { type EventRow, eventColumns, recordedOf } from './event-rows.ts';

/** Questions to the log itself, about what the live state no longer knows. */
export interface LogQueries {
  /** The entries from a position on, so many at most. */
  read(fromPosition: number, limit: number): Promise<readonly RecordedAccessEvent[]>;
  /** The commands of entries after a position that touch any of these keys, so many at most. */
  commandsTouching(position: number, keys: TouchedKeys, limit: number): Promise<readonly CommandPlace[]>;
  /** All entries of some commands, so many at most. */
  ofCommands(commands: readonly CommandPlace[], limit: number): Promise<readonly RecordedAccessEvent[]>;
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

export interface CommandPlace {
  readonly commandId: string;
  /** The position of its first event; the others stand behind it. */
  readonly first: number;
}

export interface TouchedKeys {
  /** Whoever reads or writes one of these touches it. */
  readonly written: readonly string[];
  /** Of these, which are of things, whoever brings it about or ends it. */
  readonly needed: readonly string[];
}

const keysAtOnce = 1_000;

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
  commandsTouching: (position, { written, needed }, limit) =>
    sql.begin(async (tx) => {
      // By the index of keys: row by row, each would be compared with all of them. And many at a time: one by one, each
      // would be looked for among all that is not yet in order there.
      await tx`set local enable_seqscan = off`;
      const found = new Map<string, number>();
      const look = async (keys: readonly string[], types: RegExp | undefined) => {
        for (let n = 0; n < keys.length && found.size < limit; n += keysAtOnce) {
          const rows = await tx<{ command_id: string; first: string }[]>`
            with touching as materialized (
              select stream, position, index, command_id from role_permission.events
              where keys && ${keys.slice(n, n + keysAtOnce)}::text[]
                and (${types === undefined} or type ~ ${types?.source ?? ''})
            )
            select distinct command_id, (position - index)::text as first from touching
            where stream = ${stream} and position > ${position}
            limit ${limit}`;
          for (const row of rows) found.set(row.command_id, Number(row.first));
        }
      };
      await look(written, undefined);
      // What only names a thing can be most of the log; its beginnings and ends are few.
      await look(needed, beginsOrEnds);
      return [...found].slice(0, limit).map(([commandId, first]) => ({ commandId, first }));
    }),
  ofCommands: async (commands, limit) => {
    // Each in its own stretch of the primary key; as a plain join all of the log would be gone through for each.
    const rows = await sql<EventRow[]>`
      select own.*
      from unnest(
        ${commands.map(({ commandId }) => commandId)}::uuid[], ${commands.map(({ first }) => first)}::bigint[]
      ) as command(of_command, first)
      cross join lateral (
        select ${sql.unsafe(eventColumns)} from role_permission.events
        where stream = ${stream} and events.position >= command.first and events.position < coalesce(
          (
            select other.position from role_permission.events as other
            where other.stream = ${stream} and other.position > command.first
              and other.command_id <> command.of_command
            order by other.position
            limit 1
          ),
          ${Number.MAX_SAFE_INTEGER}::bigint
        )
        order by events.position
        limit ${limit}
      ) as own
      limit ${limit}`;
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
