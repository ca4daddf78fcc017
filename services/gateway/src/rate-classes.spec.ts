import { connect } from '@rollcall/database/connect';
import { createTestDatabase } from '@rollcall/testing/test-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalLimit } from './local-limit.ts';
import { createRateClasses } from './rate-classes.ts';
import { schemaPlan } from './store/schema-plan.ts';
import { startGatewayUnderTest } from './testing/gateway-under-test.ts';

describe('what guesses secrets', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let connections: ReturnType<typeof connect>[];
  beforeAll(async () => {
    database = await createTestDatabase(schemaPlan);
    connections = [1, 2].map(() => connect({ url: database.url, name: 'spec' }));
  });
  afterAll(async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    await database.drop();
  });
  const replicas = () => connections.map(({ sql }) => createRateClasses(sql, true));

  it('is counted over all replicas and restarts', async () => {
    const counted = async (address: string) => {
      // Fresh ones each time: nothing that a process remembers may be needed.
      const answers = await Promise.all(replicas().map((count) => count('sign_in', address)));
      return answers.filter((wait) => wait === undefined).length;
    };
    let allowed = 0;
    for (let round = 0; round < 35; round++) allowed += await counted('203.0.113.1');
    expect(allowed).toBe(60);
    const [wait] = await Promise.all(replicas().map((count) => count('sign_in', '203.0.113.1')));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    expect(await counted('203.0.113.2')).toBe(2);
  });

  it('is counted by /64, so that nobody has more tries for having more addresses', async () => {
    const [count] = replicas();
    const waits: (number | undefined)[] = [];
    for (let host = 1; host <= 12; host++) waits.push(await count?.('sign_up', `2001:db8::${host.toString(16)}`));
    expect(waits.filter((wait) => wait === undefined)).toHaveLength(10);
    expect(await count?.('sign_up', '2001:db8:0:1::1')).toBeUndefined();
  });

  it('has classes that do not share their numbers', async () => {
    const [count] = replicas();
    for (let time = 0; time < 11; time++) await count?.('mail', '203.0.113.3');
    expect(await count?.('mail', '203.0.113.3')).toBeGreaterThan(0);
    expect(await count?.('sign_up', '203.0.113.3')).toBeUndefined();
  });
});

describe('what is cheap', () => {
  it('is counted in windows of its own for each key', () => {
    let now = 0;
    const count = createLocalLimit(2, 60, () => now);
    expect([count('a'), count('a'), count('a'), count('b')]).toEqual([undefined, undefined, 60, undefined]);
    now = 59_500;
    expect(count('a')).toBe(1);
    now = 60_000;
    expect(count('a')).toBeUndefined();
  });

  it('takes no more memory for more addresses', () => {
    const count = createLocalLimit(1, 60);
    for (let index = 0; index < 200_000; index++) count(`address-${index}`);
    expect(count('address-199999')).toBeGreaterThan(0);
    // Long forgotten.
    expect(count('address-0')).toBeUndefined();
  });
});

it('a limited request is told when to come back, and reaches nobody', async () => {
  const gateway = await startGatewayUnderTest({ environment: { NODE_ENV: 'production' } });
  const body = JSON.stringify({ email: 'ada@example.com' });
  const resend = () =>
    gateway.ask('/v1/registrations/resend', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const answers = [];
  for (let time = 0; time < 12; time++) answers.push(await resend());
  expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(202), 429, 429]);
  expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(gateway.services.callsOf('resendVerification')).toHaveLength(10);
  await gateway.stop();
});
