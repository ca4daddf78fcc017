import { type Appended, beforeFirst, type Head, type Log, type Proposed } from '@rollcall/event-store/log';
import { describeLog } from '@rollcall/event-store/testing/log-contract';
import { drizzle } from 'drizzle-orm/postgres-js';
import type postgres from 'postgres';
import { afterAll, describe, expect, it } from 'vitest';
import type { AccessEvent } from '../domain/events.ts';
import { openLogDatabase } from '../testing/log-database.ts';
import { eventIdOf } from './event-id.ts';
import { postgresLog } from './postgres-log.ts';

const database = await openLogDatabase();
const sql = database.owner;
afterAll(() => database.drop());

const uuid = (n: number): string => `0190b0a0-0000-7000-8000-${String(n).padStart(12, '0')}`;
const event = (n: number, description = `It's "${n}" \\ ü 🦉`): AccessEvent => ({
  type: 'permission.created',
  subject: `p${n}`,
  subjectSequence: 1,
  data: { name: `p${n}`, description },
  cause: {
    actor: 'service:spec',
    correlationId: `c${n}`,
    ...(n % 2 ? { causationId: uuid(n), traceparent: '00' } : {}),
  },
});
const proposed = (n: number, description?: string): Proposed<AccessEvent> => ({
  id: uuid(n),
  commandId: uuid(n),
  index: 0,
  event: event(n, description),
});

const emptied = async () => {
  await database.empty();
  return logOf(sql);
};
/** A stream that somebody has begun to read. */
const logOf = async (pool: postgres.Sql, stream = 'core') => {
  const log = postgresLog(pool, stream);
  await log.read(1, 1);
  return log;
};
const append = async (
  log: Log<AccessEvent>,
  head: Head,
  proposed: readonly Proposed<AccessEvent>[],
): Promise<Appended> => {
  const last = (await entriesOf(postgresLog(sql, 'core'))).find(({ position }) => position === head.position);
  return log.append({ epoch: 1, head, headAt: last?.at ?? 0, proposed });
};
const entriesOf = async (log: Log<AccessEvent>) => (await log.read(1, 1_000)).entries;

describeLog('Postgres', {
  open: async () => ({ log: await emptied() }),
  event,
  id: uuid,
});

describe('the access log in Postgres', () => {
  it('keeps streams apart', async () => {
    const core = await emptied();
    const other = await logOf(sql, 'other');
    await append(core, beforeFirst, [proposed(1)]);
    expect(await append(other, beforeFirst, [proposed(2)])).toMatchObject({ status: 'appended' });
    expect((await entriesOf(other)).map(({ id }) => id)).toEqual([uuid(2)]);
  });

  it('gives no event a time before that of its predecessor, whatever the clock says', async () => {
    const log = await emptied();
    await append(log, beforeFirst, [proposed(1)]);
    await sql`update role_permission.events set at = '2126-01-01T00:00:00.123Z'`;
    const later = await append(log, { position: 1, id: uuid(1) }, [proposed(2)]);
    expect(later).toEqual({ status: 'appended', at: Date.parse('2126-01-01T00:00:00.123Z') });
  });

  it('has the time of the database', async () => {
    const log = await emptied();
    const outcome = await append(log, beforeFirst, [proposed(1)]);
    const [clock] = await sql<{ now: string }[]>`select (extract(epoch from clock_timestamp()) * 1000)::text as now`;
    expect(Math.abs(Number(clock?.now) - (outcome.status === 'appended' ? outcome.at : 0))).toBeLessThan(5_000);
  });

  it('says for certain that a text which Postgres cannot store was not kept', async () => {
    const log = await emptied();
    const outcome = await append(log, beforeFirst, [proposed(1), proposed(2, 'a\u0000b')]);
    expect(outcome).toMatchObject({ status: 'rejected' });
    expect(await entriesOf(log)).toEqual([]);
  });

  it('says nothing about an append whose connection was cut (F07)', async () => {
    await emptied();
    const pool = database.pool(1);
    await pool`select 1`;
    const [backend] = await pool<{ pid: number }[]>`select pg_backend_pid() as pid`;
    // The append waits for this lock in the middle of its statement.
    await sql.begin(async (tx) => {
      await tx`lock table role_permission.events in exclusive mode`;
      const appending = append(postgresLog(pool, 'core'), beforeFirst, [proposed(1)]);
      const cut = expect(appending).rejects.toThrow();
      while ((await tx`select from pg_locks where pid = ${backend?.pid ?? 0} and not granted`).length === 0);
      await tx`select pg_terminate_backend(${backend?.pid ?? 0})`;
      await cut;
    });
    await pool.end({ timeout: 1 });
  });

  it('turns a writer away at once while another is in its statement (F08)', async () => {
    const log = await emptied();
    await sql.begin(async (tx) => {
      await append(postgresLog(tx as unknown as typeof sql, 'core'), beforeFirst, [proposed(1)]);
      expect(await append(log, beforeFirst, [proposed(2)])).toEqual({ status: 'lost' });
    });
    expect(await entriesOf(log)).toHaveLength(1);
  });

  it('takes nothing for an epoch that is being ended while it comes (F10)', async () => {
    const log = await emptied();
    const appended = await sql.begin(async (tx) => {
      await tx`update role_permission.streams set epoch = 2`;
      const appending = append(log, beforeFirst, [proposed(1)]);
      while ((await tx`select from pg_locks where not granted`).length === 0);
      return { appending };
    });
    expect(await appended.appending).toEqual({ status: 'lost' });
    expect(await log.read(1, 10)).toEqual({ epoch: 2, entries: [] });
  });

  it('ends no epoch before what is being appended for it is there', async () => {
    const log = await emptied();
    const raised = await sql.begin(async (tx) => {
      await append(postgresLog(tx as unknown as typeof sql, 'core'), beforeFirst, [proposed(1)]);
      const raising = log.raiseEpoch(1);
      while ((await tx`select from pg_locks where not granted`).length === 0);
      return { raising };
    });
    expect(await raised.raising).toBe(2);
    expect(await entriesOf(log)).toHaveLength(1);
  });

  it('works on a pool that drizzle has made its own', async () => {
    await emptied();
    const pool = database.pool(1);
    drizzle({ client: pool });
    const log = postgresLog(pool, 'core');
    const outcome = await append(log, beforeFirst, [proposed(1)]);
    expect(await entriesOf(log)).toEqual([
      { ...proposed(1), position: 1, at: outcome.status === 'appended' ? outcome.at : 0 },
    ]);
    expect(await log.known([uuid(1)])).toEqual(new Set([uuid(1)]));
    await pool.end({ timeout: 1 });
  });
});

describe('the id of an event', () => {
  const commandId = '019a6e0c-1b2c-7abc-8def-0123456789ab';

  it('is a UUIDv7 of the time of its command', () => {
    for (let index = 0; index < 50; index++) {
      expect(eventIdOf(commandId, index)).toMatch(/^019a6e0c-1b2c-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });

  it('is the same on every attempt and another for every event', () => {
    expect(eventIdOf(commandId, 1)).toBe(eventIdOf(commandId, 1));
    const ids = Array.from({ length: 1_000 }, (_, index) => eventIdOf(commandId, index));
    expect(new Set([...ids, commandId]).size).toBe(1_001);
  });
});
