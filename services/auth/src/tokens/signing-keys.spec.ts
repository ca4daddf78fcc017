import { randomBytes } from 'node:crypto';
import { type Connection, connect } from '@rollcall/database/connect';
import { openSecret } from '@rollcall/service-kit/sealed-secret';
import { createTestDatabase, type TestDatabase } from '@rollcall/testing/test-database';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { schemaPlan } from '../store/schema-plan.ts';
import { deleteRetiredKeys, lockSigningKeys } from '../store/signing-keys.ts';
import { createSigningKeys } from './signing-keys.ts';

let database: TestDatabase;
let connection: Connection;
const wrappingKey = randomBytes(32);
const lifetime = 600_000;
const jwk = z.looseObject({ d: z.string() });
const replica = (key: Uint8Array = wrappingKey) => createSigningKeys(connection, key, lifetime);

beforeEach(async () => {
  database = await createTestDatabase(schemaPlan);
  connection = connect({ url: database.url, name: 'spec' });
});
afterEach(async () => {
  await connection.close();
  await database.drop();
});

const rotate = async (keys: ReturnType<typeof replica>) => {
  const made = await connection.db.transaction(async (tx) => {
    await lockSigningKeys(tx);
    return keys.rotate(tx);
  });
  keys.reread();
  return made;
};

describe('signing keys', () => {
  it('replicas that start at once make one first key and all sign with it', async () => {
    const replicas = Array.from({ length: 4 }, () => replica());
    await Promise.all(replicas.map((keys) => keys.ensure()));
    const ids = await Promise.all(replicas.map(async (keys) => (await keys.current()).id));
    expect(new Set(ids).size).toBe(1);
    expect(await connection.sql`select from auth.signing_keys`).toHaveLength(1);
  });

  it('the private half is readable neither in the table nor under another secret', async () => {
    const keys = replica();
    await keys.ensure();
    const [row] = await connection.sql`select * from auth.signing_keys`;
    const { d, ...open } = jwk.parse(
      JSON.parse(Buffer.from(await openSecret(wrappingKey, row?.sealed_private_key)).toString()),
    );
    expect(d).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(row?.public_key).toMatchObject(open);
    expect(JSON.stringify(row)).not.toContain(d);
    expect(row?.sealed_private_key).toMatch(/^[^.]+\.\.[^.]+\.[^.]+\.[^.]+$/);
    expect((await keys.current()).privateKey.extractable).toBe(false);
    await expect(replica(randomBytes(32)).current()).rejects.toThrow();
  });

  it('rotate: the new one signs, the old one stays published while its tokens may live, and no longer', async () => {
    const keys = replica();
    await keys.ensure();
    const before = (await keys.current()).id;
    const { id } = await rotate(keys);
    expect((await keys.current()).id).toBe(id);
    expect((await keys.published()).map(({ kid }) => kid)).toEqual([id, before]);

    await connection.sql`update auth.signing_keys set retired_at = now() - interval '610 seconds' where id = ${before}`;
    expect(await keys.published()).toHaveLength(2);
    await connection.sql`update auth.signing_keys set retired_at = now() - interval '621 seconds' where id = ${before}`;
    expect(await keys.published()).toHaveLength(1);
  });

  it('signing asks the database once in ten seconds, not for every token', async () => {
    const keys = replica();
    await keys.ensure();
    const { id } = await keys.current();
    await connection.sql`delete from auth.signing_keys`;
    expect((await keys.current()).id).toBe(id);
    vi.setSystemTime(Date.now() + 10_001);
    await expect(keys.current()).rejects.toThrow('no key to sign with');
    vi.useRealTimers();
  });

  it('are forgotten, private halves and all, when they have been of no use for a day', async () => {
    const keys = replica();
    await keys.ensure();
    await rotate(keys);
    await connection.sql`update auth.signing_keys set retired_at = now() - interval '25 hours' where retired_at is not null`;
    await deleteRetiredKeys(connection.db);
    expect(await connection.sql`select from auth.signing_keys`).toHaveLength(1);
  });
});
