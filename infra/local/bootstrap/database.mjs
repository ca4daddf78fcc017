import postgres from 'postgres';
import { errorCode, Failure } from './failure.mjs';

/**
 * Sees to it that the database in this URL exists.
 * @param {string} ownerUrl
 */
export async function ensureDatabase(ownerUrl) {
  const url = new URL(ownerUrl);
  const database = url.pathname.slice(1);
  url.pathname = '/postgres';
  const sql = connect(url.href);
  try {
    const [found] = await sql`select 1 from pg_database where datname = ${database}`;
    if (!found) await sql`create database ${sql(database)}`;
  } catch (error) {
    if (errorCode(error) === '28P01') {
      throw new Failure(
        'The password in secrets.json is not the one of the database beside it: put back the secrets.json that belongs to it.',
      );
    }
    throw new Failure(
      `The database in the data folder does not open (${reasonOf(error)}): put the folder back from a backup if it is damaged.`,
      { cause: error },
    );
  } finally {
    await sql.end();
  }
}

/**
 * Refuses a database of the operator's own that does not answer.
 * @param {string} databaseUrl
 */
export async function checkDatabase(databaseUrl) {
  const sql = connect(databaseUrl);
  try {
    await sql`select 1`;
  } catch (error) {
    throw new Failure(
      `The database in DATABASE_URL does not answer (${reasonOf(error)}): start it, or correct DATABASE_URL.`,
    );
  } finally {
    await sql.end();
  }
}

/** @param {unknown} error */
function reasonOf(error) {
  return error instanceof Error ? error.message || errorCode(error) : String(error);
}

/** @param {string} url */
function connect(url) {
  return postgres(url, { max: 1, connect_timeout: 10, onnotice: () => {} });
}
