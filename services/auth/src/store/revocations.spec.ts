import { type Connection, connect } from '@rollcall/database/connect';
import { newId } from '@rollcall/service-kit/identity';
import { createTestDatabase, type TestDatabase } from '@rollcall/testing/test-database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addRevocations, deleteExpiredRevocations, readHead, readRevocationsAfter } from './revocations.ts';
import { schemaPlan } from './schema-plan.ts';

let database: TestDatabase;
let connection: Connection;
let start: number;
const soon = () => new Date(Date.now() + 60_000);
const sessions = (count: number) => Array.from({ length: count }, () => ({ kind: 'session' as const, value: newId() }));
const add = (count: number, expiresAt = soon()) =>
  connection.db.transaction((tx) => addRevocations(tx, sessions(count), expiresAt));

beforeAll(async () => {
  database = await createTestDatabase(schemaPlan);
  connection = connect({ url: database.url, name: 'spec', max: 10 });
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});
beforeEach(async () => {
  start = await readHead(connection.db);
});

const positions = async () => (await readRevocationsAfter(connection.db, start)).items.map(({ position }) => position);
const countTo = (count: number) => Array.from({ length: count }, (_, index) => start + index + 1);

describe('revocations', () => {
  it('have gapless positions, whatever commits and rolls back at once', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 60 }, (_, index) =>
        connection.db.transaction(async (tx) => {
          await addRevocations(tx, sessions(1 + (index % 3)), soon());
          if (index % 4 === 0) throw new Error('rolled back');
        }),
      ),
    );
    const committed = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [1 + (index % 3)] : []));
    const total = committed.reduce((sum, count) => sum + count, 0);
    expect(committed).toHaveLength(45);
    expect(await positions()).toEqual(countTo(total));
    expect(await readHead(connection.db)).toBe(start + total);
  });

  it('are seen in the order of their positions: none appears before one that is there', async () => {
    const heads: number[] = [];
    const seen: number[][] = [];
    const writers = Array.from({ length: 40 }, () => add(1));
    const reading = (async () => {
      while (heads.at(-1) !== start + 40) {
        const { head, items } = await readRevocationsAfter(connection.db, start);
        heads.push(head);
        seen.push(items.map(({ position }) => position));
      }
    })();
    await Promise.all([...writers, reading]);
    for (const [index, head] of heads.entries()) expect(seen[index]).toEqual(countTo(head - start));
  });

  it('an empty lot takes no position', async () => {
    expect(await add(0)).toEqual([]);
    expect(await readHead(connection.db)).toBe(start);
  });

  it('are left out when no token can be left, and the head counts them still', async () => {
    await add(2, new Date(Date.now() - 1_000));
    await add(1);
    expect(await positions()).toEqual([start + 3]);
    await connection.sql`update auth.revocations set expires_at = now() - interval '61 minutes' where position <= ${start + 2}`;
    await deleteExpiredRevocations(connection.db);
    expect(await readHead(connection.db)).toBe(start + 3);
    await add(1);
    expect(await positions()).toEqual([start + 3, start + 4]);
  });
});
