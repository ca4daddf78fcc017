import { randomBytes } from 'node:crypto';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';

/** A database of its own for a spec, migrated, and a superuser's pool for it. */
export const openSpecDatabase = async () => {
  const server = process.env.ROLLCALL_TEST_POSTGRES_URL;
  if (!server) throw new Error('ROLLCALL_TEST_POSTGRES_URL must name a Postgres server for specs');
  const name = `access_log_${randomBytes(6).toString('hex')}`;
  const admin = postgres(server, { max: 1, onnotice: () => undefined });
  await admin`create database ${admin(name)}`;
  const url = new URL(server);
  url.pathname = name;
  const pool = (max: number) => postgres(url.href, { max, onnotice: () => undefined });
  const sql = pool(4);
  await migrate(drizzle({ client: pool(1) }), {
    migrationsFolder: `${import.meta.dirname}/migrations`,
    migrationsSchema: 'drizzle',
    migrationsTable: 'role_permission_migrations',
  });
  return {
    sql,
    pool,
    drop: async () => {
      await sql.end({ timeout: 1 });
      await admin`drop database ${admin(name)} with (force)`;
      await admin.end();
    },
  };
};
