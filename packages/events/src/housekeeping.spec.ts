import { type Connection, connect } from '@rollcall/database/connect';
import { createIdempotencyStore } from '@rollcall/database/idempotency-keys';
import { newId } from '@rollcall/service-kit/identity';
import { createLogger } from '@rollcall/service-kit/logging';
import { createTestDatabase, type TestDatabase } from '@rollcall/testing/test-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { retentionMilliseconds } from './bus.ts';
import { createHousekeeping } from './housekeeping.ts';
import { eventTables, idempotencyKeys, schemaPlan } from './testing/spec-schema.ts';

let database: TestDatabase;
let connection: Connection;

beforeAll(async () => {
  database = await createTestDatabase(schemaPlan);
  connection = connect({ url: database.url, name: 'spec' });
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

/** Runs the worker until what should go has gone. */
const cleanUp = async (isGone: () => Promise<boolean>): Promise<void> => {
  const log = createLogger('auth', 'silent');
  const worker = createHousekeeping({ connection, tables: eventTables, idempotencyKeys, log });
  worker.start();
  try {
    await expect.poll(isGone, { timeout: 10_000 }).toBe(true);
  } finally {
    await worker.stop();
  }
};

const minute = 60_000;

/** Events that were published so long ago, or never. */
const addEvents = async (subject: string, count: number, ageMilliseconds: number, isPublished = true) => {
  const age = `${ageMilliseconds} milliseconds`;
  await connection.sql`
    insert into spec_events.outbox (event_id, subject, subject_sequence, envelope, created_at, published_at)
    select gen_random_uuid(), ${subject}, n, '{}', now() - ${age}::interval,
      case when ${isPublished} then now() - ${age}::interval end
    from generate_series(1, ${count}::int) n`;
};
const eventsOf = async (subject: string) =>
  (await connection.sql`select from spec_events.outbox where subject = ${subject}`).length;

const addKeys = async (caller: string, count: number, ageMilliseconds: number) => {
  await connection.sql`
    insert into spec_events.idempotency_keys (caller, operation, key, body_digest, claimed_at)
    select ${caller}, 'op', n::text, '', now() - ${`${ageMilliseconds} milliseconds`}::interval
    from generate_series(1, ${count}::int) n`;
};
const keysOf = async (caller: string) =>
  (await connection.sql`select from spec_events.idempotency_keys where caller = ${caller}`).length;

describe('housekeeping', () => {
  it('deletes events once they were published longer ago than the stream keeps them, batch after batch', async () => {
    await addEvents('old', 2_500, retentionMilliseconds + minute);
    await addEvents('recent', 3, retentionMilliseconds - minute);
    await addEvents('never published', 3, retentionMilliseconds + minute, false);
    await cleanUp(async () => (await eventsOf('old')) === 0);
    expect([await eventsOf('recent'), await eventsOf('never published')]).toEqual([3, 3]);
  });

  it('deletes keys of requests after a day, batch after batch', async () => {
    const day = 24 * 60 * minute;
    await addKeys('old', 2_500, day + minute);
    await addKeys('recent', 3, day - minute);
    await cleanUp(async () => (await keysOf('old')) === 0);
    expect(await keysOf('recent')).toBe(3);
  });

  it('never forgets how far a subject has come: an event that comes again would be applied again', async () => {
    await connection.sql`insert into spec_events.inbox (source, subject, last_sequence, applied_at)
      values ('rollcall/auth', 'long ago', 7, now() - interval '10 years')`;
    await connection.sql`insert into spec_events.subject_sequences (subject, last) values ('long ago', 7)`;
    await addEvents('a mark', 1, retentionMilliseconds + minute);
    await cleanUp(async () => (await eventsOf('a mark')) === 0);
    for (const table of ['inbox', 'subject_sequences']) {
      const rows = await connection.sql`select from spec_events.${connection.sql(table)} where subject = 'long ago'`;
      expect(rows, table).toHaveLength(1);
    }
  });
});

describe('a key in the table', () => {
  it('is as short as any other, and finds its answer all the same', async () => {
    const store = createIdempotencyStore(connection.db, idempotencyKeys);
    const claim = { caller: newId(), operation: 'op', key: 'k'.repeat(255) };
    const answer = { status: 200, body: { n: 1 } } as const;
    expect(await store.claim(claim, 'digest')).toEqual({ outcome: 'claimed', claim });
    await store.settle(claim, answer);
    expect(await store.claim(claim, 'digest')).toEqual({ outcome: 'answered', answer });
    expect(await store.claim({ ...claim, key: 'k'.repeat(254) }, 'digest')).toMatchObject({ outcome: 'claimed' });
    const rows = await connection.sql`
      select length(key) as length from spec_events.idempotency_keys where caller = ${claim.caller}`;
    expect(rows.map(({ length }) => length)).toEqual([43, 43]);
  });
});
