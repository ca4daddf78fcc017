import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';

/** A service's share of the database. */
export interface SchemaPlan {
  /** Schema that the migrations create and fill. */
  readonly schema: string;
  /** Folder of drizzle migrations. */
  readonly migrations: string;
  /** The service's own login: rows only, of this schema only. */
  readonly login: { readonly role: string; readonly password: string };
  /** Tables whose rows the service may add and read but never change or delete. */
  readonly appendOnly?: readonly string[];
  /** Those of them whose rows it may delete all the same. */
  readonly deletable?: readonly string[];
  /** Columns of such tables that it may change all the same. */
  readonly updatable?: Readonly<Record<string, readonly string[]>>;
}

// Any number will do, so long as nobody else's lock uses it.
const migrationLock = 7_165_011;

/**
 * Brings schemas up to date as the owner of the database and gives each service's role its rights. Safe to run by
 * several processes at once and any number of times.
 */
export const migrateSchemas = async (ownerUrl: string, plans: readonly SchemaPlan[]): Promise<void> => {
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => undefined, connect_timeout: 5 });
  try {
    await sql`select pg_advisory_lock(${migrationLock})`;
    await sql`revoke all on schema public from public`;
    for (const plan of plans) {
      await applyMigrations(sql, plan);
      await ensureLogin(sql, plan);
      await grantRights(sql, plan);
    }
  } finally {
    await sql.end();
  }
};

const applyMigrations = async (sql: postgres.Sql, plan: SchemaPlan): Promise<void> => {
  const table = `${plan.schema}_migrations`;
  // Bookkeeping stands in a schema of its own: the migrator would otherwise make ours before our migration does.
  await migrate(drizzle({ client: sql }), {
    migrationsFolder: plan.migrations,
    migrationsSchema: 'drizzle',
    migrationsTable: table,
  });
  // The migrator passes over a migration that is dated before the newest applied one; that must not go unseen.
  const journal: { entries: unknown[] } = JSON.parse(
    await readFile(join(plan.migrations, 'meta', '_journal.json'), 'utf8'),
  );
  const [row] = await sql<{ applied: number }[]>`select count(*)::int as applied from drizzle.${sql(table)}`;
  if (row?.applied !== journal.entries.length) {
    throw new Error(`${plan.schema}: ${row?.applied} migrations are applied, but there are ${journal.entries.length}`);
  }
};

const ensureLogin = async (sql: postgres.Sql, { login }: SchemaPlan): Promise<void> => {
  const [known] = await sql`select from pg_roles where rolname = ${login.role}`;
  const [made] = await sql<{ statement: string }[]>`
    select format(${known ? 'alter' : 'create'} || ' role %I login password %L', ${login.role}::text, ${login.password}::text)
      as statement`;
  if (made) await sql.unsafe(made.statement);
};

const grantRights = async (
  sql: postgres.Sql,
  { schema, login, appendOnly = [], deletable = [], updatable = {} }: SchemaPlan,
): Promise<void> => {
  const role = sql(login.role);
  await sql`grant usage on schema ${sql(schema)} to ${role}`;
  await sql`grant select, insert, update, delete on all tables in schema ${sql(schema)} to ${role}`;
  await sql`grant usage on all sequences in schema ${sql(schema)} to ${role}`;
  // This takes rights to single columns as well, whoever gave them before.
  for (const table of appendOnly) await sql`revoke update, delete on ${sql(schema)}.${sql(table)} from ${role}`;
  for (const table of deletable) await sql`grant delete on ${sql(schema)}.${sql(table)} to ${role}`;
  for (const [table, columns] of Object.entries(updatable)) {
    await sql`grant update (${sql([...columns])}) on ${sql(schema)}.${sql(table)} to ${role}`;
  }
};
