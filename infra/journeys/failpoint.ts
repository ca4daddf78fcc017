import type { Sql } from 'postgres';

/** Something that Postgres does whenever a service writes a table, until it is let go. */
export interface Failpoint {
  release(): Promise<void>;
}

const moments = {
  'before insert': 'create trigger %NAME% before insert on %TABLE%',
  'before update': 'create trigger %NAME% before update on %TABLE%',
  // A deferred trigger runs as the last thing before the transaction is committed, with all its rows written.
  'at commit': 'create constraint trigger %NAME% after insert on %TABLE% deferrable initially deferred',
} as const;

let number = 0;

/** The next number every time, also for a transaction that is rolled back: to fail one attempt in so many. */
export const attempt = `nextval('failpoint_attempts')`;

/**
 * Lets a service stumble at a known step, without a line in its code.
 *
 * @param tables with their schemas
 * @param does statements of PL/pgSQL, which see the row as `new`; one that raises an exception undoes the transaction
 */
export const setFailpoint = async (
  sql: Sql,
  tables: readonly string[],
  moment: keyof typeof moments,
  does: string,
): Promise<Failpoint> => {
  const name = `failpoint_${++number}`;
  await sql.begin(async (tx) => {
    await tx.unsafe(`create sequence if not exists failpoint_attempts`);
    await tx.unsafe(`grant usage on sequence failpoint_attempts to public`);
    await tx.unsafe(`create function ${name}() returns trigger language plpgsql security definer
      set search_path = public as $$ begin ${does}; return new; end $$`);
    for (const table of tables) {
      const trigger = moments[moment].replace('%NAME%', name).replace('%TABLE%', table);
      await tx.unsafe(`${trigger} for each row execute function ${name}()`);
    }
  });
  return { release: () => dropFailpoint(sql, name) };
};

const dropFailpoint = async (sql: Sql, name: string): Promise<void> => {
  await sql.unsafe(`drop function ${name}() cascade`);
};

/** How often that was asked for. */
export const attempts = async (sql: Sql): Promise<number> => {
  const [row] = await sql<{ last_value: string }[]>`select last_value from failpoint_attempts`;
  return Number(row?.last_value ?? 0);
};

/** The outboxes of all services. */
export const outboxes = async (sql: Sql): Promise<string[]> => {
  const rows = await sql<{ table: string }[]>`
    select table_schema || '.outbox' as table from information_schema.tables where table_name = 'outbox' order by 1`;
  return rows.map(({ table }) => table);
};
