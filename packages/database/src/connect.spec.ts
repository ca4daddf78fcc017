import { connect as connectSocket, createServer } from 'node:net';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connection, connect } from './connect.ts';

const url = process.env.ROLLCALL_TEST_POSTGRES_URL ?? '';
let connection: Connection;
let admin: postgres.Sql;

beforeAll(async () => {
  admin = postgres(url, { max: 1, onnotice: () => undefined });
  // One connection, so that whatever is left over on it is met by the next who uses it.
  connection = connect({ url, name: 'spec', max: 1 });
  await admin`drop table if exists spec_kept`;
  await admin`create table spec_kept (what text)`;
});

afterAll(async () => {
  await connection.close();
  await admin`drop table spec_kept`;
  await admin.end();
});

const kill = async (pid: number): Promise<void> => {
  await admin`select pg_terminate_backend(${pid})`;
};

const backend = async (sql: postgres.ISql | postgres.Sql): Promise<number> => {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return row?.pid ?? 0;
};

/** The driver of this version needs our patch for these: without it the first one ends the process. */
describe('a connection that the server ends', () => {
  it('in the middle of a statement of a transaction fails the transaction, and the next one works', async () => {
    const lost = connection.sql.begin(async (sql) => {
      const pid = await backend(sql);
      await sql`insert into spec_kept values ('cut')`;
      await Promise.all([sql`select pg_sleep(5)`, kill(pid)]);
    });
    await expect(lost).rejects.toThrow();
    await connection.sql.begin((sql) => sql`insert into spec_kept values ('after')`);
    expect(await admin`select what from spec_kept`).toEqual([{ what: 'after' }]);
  });

  it('between two statements leaves nothing of the transaction, on whatever connection it goes on', async () => {
    await admin`truncate spec_kept`;
    const lost = connection.sql.begin(async (sql) => {
      await kill(await backend(sql));
      // Let somebody else get the connection first.
      await connection.ping().catch(() => undefined);
      await sql`insert into spec_kept values ('ghost')`;
    });
    const others = Array.from({ length: 5 }, (_, n) =>
      connection.sql.begin((sql) => sql`insert into spec_kept values (${`other ${n}`})`).catch(() => undefined),
    );
    await expect(lost).rejects.toThrow();
    await Promise.all(others);
    await connection.sql.begin((sql) => sql`insert into spec_kept values ('after')`);
    const kept = (await admin<{ what: string }[]>`select what from spec_kept`).map(({ what }) => what);
    expect(kept).toContain('after');
    expect(kept).not.toContain('ghost');
  });

  it('while it is reserved refuses what comes after, and gives the pool a working one back', async () => {
    const reserved = await connection.sql.reserve();
    await kill(await backend(reserved));
    await expect(reserved`select pg_sleep(1)`).rejects.toThrow();
    await expect(reserved`select 1`).rejects.toThrow();
    reserved.release();
    for (let n = 0; n < 5; n++) expect(await connection.sql`select 1 as one`).toEqual([{ one: 1 }]);
  });

  it('between statements is replaced: what was on its way fails, what comes after works', async () => {
    await kill(await backend(connection.sql));
    const answers = [];
    for (let n = 0; n < 5; n++) answers.push(await connection.sql`select 1 as one`.catch(() => 'lost'));
    expect(answers.at(-1)).toEqual([{ one: 1 }]);
  });
});

/** A way to the database that breaks off in the middle of what the driver asks when a connection is new, once. */
const breakingOnce = async () => {
  const { hostname, port } = new URL(url);
  let broken = false;
  const proxy = createServer((client) => {
    const server = connectSocket(Number(port), hostname);
    const end = () => {
      client.destroy();
      server.destroy();
    };
    client.on('data', (data) => {
      const isFirstQuestion = !broken && data.includes('pg_catalog.pg_type');
      if (isFirstQuestion) {
        broken = true;
        end();
      } else server.write(data);
    });
    server.on('data', (data) => client.write(data));
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
  });
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const through = new URL(url);
  through.host = `127.0.0.1:${address.port}`;
  return {
    url: through.href,
    broke: () => broken,
    pause: () => new Promise((closed) => proxy.close(closed)),
    resume: () => new Promise<void>((listening) => proxy.listen(address.port, '127.0.0.1', listening)),
    close: () => proxy.close(),
  };
};

describe('a connection that breaks while it is being made', () => {
  // Without the patch nobody hears of the failure but the process, which it ends.
  it('for a reservation is made again, and nothing is left that nobody handles', async () => {
    const way = await breakingOnce();
    const broken = connect({ url: way.url, name: 'spec', max: 1 });
    const reserved = await broken.sql.reserve();
    expect(way.broke()).toBe(true);
    expect(await reserved`select ${['a', 'b']}::text[] as list`).toEqual([{ list: ['a', 'b'] }]);
    reserved.release();
    await broken.close();
    way.close();
  });
});

describe('a database that was away', () => {
  it('has all its connections for those who ask afterwards, whoever asked for one in vain', async () => {
    const way = await breakingOnce();
    const pool = connect({ url: way.url, name: 'spec', max: 1 });
    await way.pause();
    for (let n = 0; n < 3; n++) await expect(pool.sql.reserve()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await way.resume();
    for (let n = 0; n < 3; n++) expect(await pool.sql`select 1 as one`).toEqual([{ one: 1 }]);
    await pool.close();
    way.close();
  });
});

describe('a database that is not there', () => {
  it('is told within two seconds', async () => {
    const nowhere = connect({ url: 'postgres://nobody@127.0.0.1:1/none', name: 'spec' });
    const startedAt = Date.now();
    await expect(nowhere.sql`select 1`).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(Date.now() - startedAt).toBeLessThan(2_000);
    await nowhere.close();
  });
});

describe('a pool whose every connection is taken', () => {
  it('lets nobody wait for more than two seconds or so, and leaves nobody in the queue', async () => {
    const pool = connect({ url, name: 'spec', max: 2 });
    const taken = await Promise.all([pool.sql.reserve(), pool.sql.reserve()]);
    const startedAt = Date.now();
    const waiting = [
      ...Array.from({ length: 50 }, () => pool.sql`select 1 as one`),
      ...Array.from({ length: 25 }, () => pool.sql.begin((sql) => sql`insert into spec_kept values ('late')`)),
      ...Array.from({ length: 25 }, () => pool.sql.reserve()),
    ];
    const settled = await Promise.allSettled(waiting);
    expect(Date.now() - startedAt).toBeLessThan(3_500);
    const codes = settled.map((one) => (one.status === 'rejected' ? one.reason.code : 'answered'));
    expect(new Set(codes)).toEqual(new Set(['QUEUE_TIMEOUT']));
    for (const one of taken) one.release();
    await pool.sql.begin((sql) => sql`select 1`);
    for (const one of await Promise.all([pool.sql.reserve(), pool.sql.reserve()])) one.release();
    expect(await admin`select what from spec_kept where what = 'late'`).toEqual([]);
    await pool.close();
  });

  it('has room for many who are quick', async () => {
    const pool = connect({ url, name: 'spec', max: 2 });
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, n) =>
        n % 2 === 0 ? pool.sql`select 1 as one` : pool.sql.begin((sql) => sql`select 1 as one`),
      ),
    );
    for (const answer of answers) expect(answer).toEqual([{ one: 1 }]);
    await pool.close();
  });
});

describe('a pool that is closed', () => {
  it('finishes what runs, refuses what waits, and leaves no connection behind', async () => {
    const pool = connect({ url, name: 'spec closed', max: 2 });
    const slow = [1, 2].map(() => pool.sql.begin((sql) => sql`select pg_sleep(0.5)`));
    await expect
      .poll(() =>
        admin`select from pg_stat_activity where query like '%pg_sleep(0.5)%'
      and application_name = 'spec closed' and state = 'active'`.then(({ length }) => length),
      )
      .toBe(2);
    const waiting = Array.from({ length: 10 }, () => pool.sql`select 1`.catch((error) => error.code));
    // They are in the queue once they were asked for.
    const codes = Promise.all(waiting);
    await new Promise(setImmediate);
    await pool.close();
    expect(new Set(await codes)).toEqual(new Set(['CONNECTION_ENDED']));
    await Promise.allSettled(slow);
    await expect
      .poll(() =>
        admin`select from pg_stat_activity where application_name = 'spec closed'`.then(({ length }) => length),
      )
      .toBe(0);
  });

  it('settles what still waits on a reservation that is given back', async () => {
    const pool = connect({ url, name: 'spec', max: 1 });
    const reserved = await pool.sql.reserve();
    const running = reserved`select pg_sleep(0.2)`.execute();
    const queued = reserved`select 1`.catch((error) => error.code);
    await new Promise(setImmediate);
    reserved.release();
    expect(await queued).toBe('RELEASED');
    await running;
    expect(await pool.sql`select 1 as one`).toEqual([{ one: 1 }]);
    await pool.close();
  });
});

describe('what drizzle says', () => {
  const prepared = async (): Promise<string[]> => {
    const rows = await connection.sql<{ statement: string }[]>`select statement from pg_prepared_statements`;
    return rows
      .map(({ statement }) => statement)
      .filter((statement) => statement.includes('spec_kept values ($'))
      .sort();
  };
  const insert = (what: readonly string[]) =>
    sql`insert into spec_kept values ${sql.join(
      what.map((one) => sql`(${one})`),
      sql`, `,
    )}`;

  it('is prepared, within a transaction too, unless it asks for a list that may be of any length', async () => {
    await connection.db.execute(insert(['one']));
    await connection.db.execute(insert(['two']));
    await connection.db.transaction(async (tx) => {
      await tx.execute(insert(['one', 'two']));
      await tx.transaction((inner) => inner.execute(insert(['one', 'two', 'three'])));
    });
    await connection.db.execute(insert(Array.from({ length: 33 }, (_, n) => `${n}`)));
    expect(await prepared()).toEqual([
      'insert into spec_kept values ($1)',
      'insert into spec_kept values ($1), ($2)',
      'insert into spec_kept values ($1), ($2), ($3)',
    ]);
  });

  it('is said anew after the table has changed beneath it', async () => {
    const read = () => connection.db.execute(sql`select * from spec_kept where (what = ${'one'}) = ${true} limit 1`);
    expect(await read()).toEqual([{ what: 'one' }]);
    await admin`alter table spec_kept add column more int`;
    expect(await read()).toEqual([{ what: 'one', more: null }]);
    await admin`alter table spec_kept drop column more`;
  });
});
