import { type Connection, connect } from '@rollcall/database/connect';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { createTestDatabase, type TestDatabase } from '@rollcall/testing/test-database';
import { type Refusal, refuse } from '@rollcall/types/problems';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { schemaPlan } from '../store/schema-plan.ts';
import { createSignInGuard, type Origin, type Tried } from './sign-in-guard.ts';

let database: TestDatabase;
let connection: Connection;
const known = new Set<string>();
const misses: [string, string][] = [];
let turn = 0;
let tried: Tried;
const home: Origin = { ipAddress: '192.0.2.1', userAgent: 'laptop' };
const from = (host: number): Origin => ({ ipAddress: `198.51.100.${host}`, userAgent: 'script' });

beforeAll(async () => {
  database = await createTestDatabase(schemaPlan);
  connection = connect({ url: database.url, name: 'spec' });
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});
beforeEach(() => {
  tried = { identifier: `ada-${turn++}` };
  known.clear();
  misses.length = 0;
});

/** A replica: they share nothing but the database. */
const replica = () =>
  createSignInGuard({
    sql: connection.sql,
    secret: Buffer.alloc(32, 7),
    isKnownOrigin: async (_, origin) => known.has(origin.ipAddress),
    missed: async (identifier, { ipAddress }) => void misses.push([identifier, ipAddress]),
  });
const wrong = async (): Promise<Refusal> => refuse('invalid_credentials');
const right = async () => 'in';
const codeOf = (outcome: unknown) => (typeof outcome === 'string' ? outcome : Object(outcome).refused);

describe('the guard', () => {
  it('judges ten misses from one address, over all replicas, and does not even look at more', async () => {
    const replicas = [replica(), replica()];
    let judged = 0;
    const miss = async () => {
      judged++;
      return wrong();
    };
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, index) => replicas[index % 2]?.attempt(tried, home, miss)),
    );
    expect(judged).toBe(10);
    expect(outcomes.map(codeOf).filter((code) => code === 'rate_limited')).toHaveLength(30);
    expect(codeOf(await replica().attempt(tried, home, right))).toBe('rate_limited');
  });

  it('counts one identifier in whatever case, and all of an IPv6 network as one address', async () => {
    const guard = replica();
    for (let miss = 1; miss <= 10; miss++) {
      const origin = { ...home, ipAddress: `2001:db8::${miss}` };
      await guard.attempt({ identifier: miss % 2 ? 'Ada@X.example' : 'ada@x.EXAMPLE' }, origin, wrong);
    }
    const outcome = await guard.attempt({ identifier: 'ada@x.example' }, { ...home, ipAddress: '2001:db8::ff' }, right);
    expect(codeOf(outcome)).toBe('rate_limited');
  });

  it('judges fifty misses a day from everywhere', async () => {
    const guard = replica();
    for (let host = 1; host <= 5; host++) {
      for (let miss = 0; miss < 10; miss++) await guard.attempt(tried, from(host), wrong);
    }
    expect(await guard.attempt(tried, from(6), right)).toMatchObject({ refused: 'rate_limited' });
  });

  it('what strangers do elsewhere keeps nobody out where they have been signed in before', async () => {
    const guard = replica();
    for (let host = 1; host <= 6; host++) {
      for (let miss = 0; miss < 10; miss++) await guard.attempt(tried, from(host), wrong);
    }
    expect(codeOf(await guard.attempt(tried, home, right))).toBe('rate_limited');
    known.add(home.ipAddress);
    expect(await guard.attempt(tried, home, right)).toBe('in');
  });

  it('a known address has its ten misses and no more', async () => {
    const guard = replica();
    known.add(home.ipAddress);
    const outcomes = [];
    for (let miss = 0; miss < 12; miss++) outcomes.push(codeOf(await guard.attempt(tried, home, wrong)));
    expect(outcomes.filter((code) => code === 'invalid_credentials')).toHaveLength(10);
  });

  it('forgets on success, and when told to', async () => {
    const guard = replica();
    const missNineTimes = async () => {
      for (let miss = 0; miss < 9; miss++) expect(await guard.attempt(tried, home, wrong)).toEqual(await wrong());
    };
    await missNineTimes();
    expect(await guard.attempt(tried, home, right)).toBe('in');
    await missNineTimes();
    await guard.forgive(tried, home);
    await missNineTimes();
  });

  it('an attempt for which there was no room was no guess', async () => {
    const guard = replica();
    const overloaded = async (): Promise<Refusal> => refuse('overloaded');
    for (let attempt = 0; attempt < 60; attempt++) await guard.attempt(tried, home, overloaded);
    expect(await guard.attempt(tried, home, right)).toBe('in');
  });

  it('many right ones at once all pass', async () => {
    const guard = replica();
    const outcomes = await Promise.all(Array.from({ length: 60 }, () => guard.attempt(tried, home, right)));
    expect(new Set(outcomes)).toEqual(new Set(['in']));
  });

  it('keeps what is typed and who is signed in apart', async () => {
    const guard = replica();
    for (let miss = 0; miss < 11; miss++) await guard.attempt({ identifier: 'an-id' }, home, wrong);
    expect(await guard.attempt({ userId: 'an-id' }, home, right)).toBe('in');
  });

  it('tells of misses at what was typed, and of nothing else', async () => {
    const guard = replica();
    await guard.attempt({ identifier: 'eve' }, home, wrong);
    await guard.attempt({ identifier: 'eve' }, home, right);
    await guard.attempt({ identifier: 'kept outside' }, home, async () => refuse('hook_unavailable'));
    await guard.attempt({ userId: 'an-id-of-somebody' }, home, wrong);
    expect(misses).toEqual([['eve', home.ipAddress]]);
  });

  it('stores no identifier and no address that could be read', async () => {
    await replica().attempt({ identifier: 'canary@example.com' }, home, wrong);
    const rows = await connection.sql`select key from auth.rate_limits`;
    expect(rows.length).toBeGreaterThan(0);
    for (const readable of ['canary', home.ipAddress, digestOf('canary@example.com')]) {
      expect(JSON.stringify(rows)).not.toContain(readable);
    }
  });
});
