import { setTimeout as delay } from 'node:timers/promises';
import { createApiClient } from '@rollcall/testing/api-client';
import { expectInvariants } from '@rollcall/testing/check-invariants';
import { newcomer, registerPerson, type SignedInPerson } from '@rollcall/testing/people';
import { mailPatienceMilliseconds } from '@rollcall/testing/promises';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { serverProcess } from '@rollcall/testing/stack-processes';
import { waitFor } from '@rollcall/testing/wait-for';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gather, summaryOf, unclean, usualRefusalMilliseconds } from './crowd.ts';

let stack: Stack;
let sql: Sql;
let api: ReturnType<typeof createApiClient>;
let admin: SignedInPerson;
const people: SignedInPerson[] = [];

beforeAll(async () => {
  stack = await startStack({ durable: true, environment: { LOG_LEVEL: process.env.FAULTS_LOG_LEVEL ?? 'fatal' } });
  sql = postgres(stack.postgres, { max: 2, onnotice: () => undefined });
  api = createApiClient(stack.gateway);
  admin = await registerPerson(api, stack.mail, newcomer('admin'), stack.setupToken);
  for (let n = 0; n < 3; n++) people.push(await registerPerson(api, stack.mail));
}, 60_000);

afterAll(async () => {
  await sql?.end();
  await stack?.stop();
});

describe('when Postgres', () => {
  it.each([
    ['is killed', 'SIGKILL'],
    ['is restarted at once', 'SIGQUIT'],
    ['is restarted once its clients are sent away', 'SIGINT'],
  ] as const)(
    '%s, requests fail cleanly, the same process recovers, and what was promised holds (F09)',
    async (_, signal) => {
      const crowd = gather(stack, { admin, people, pace: 50 });
      await delay(1_500);
      const before = await serverProcess(stack, 'Postgres');
      process.kill(before, signal);
      // It may be back before anybody asks for anything.
      await waitFor('another one', async () => (await serverProcess(stack, 'Postgres')) !== before, 20_000);
      const diedAt = performance.now();
      await waitFor('everything to be ready again', async () => (await api('GET', '/readyz')).status === 200, 20_000);
      const works = async () => {
        const [person] = people;
        const body = { identifier: person?.username, password: person?.password };
        return (await api('POST', '/v1/sessions', { body })).status === 201;
      };
      await waitFor('people to sign in again', works, 5_000);
      const downMilliseconds = Math.round(performance.now() - diedAt);
      await delay(1_500);
      await crowd.leave();
      expect(unclean(crowd.answers), JSON.stringify(summaryOf(crowd.answers))).toEqual([]);
      expect(usualRefusalMilliseconds(crowd.answers)).toBeLessThan(2_500);
      expect(downMilliseconds).toBeLessThan(15_000);
      await expectInvariants(stack, {
        mailsOnce: true,
        promises: { admin, promised: crowd.promised },
        milliseconds: mailPatienceMilliseconds,
      });
      // The launcher starts Postgres again; the services must not have needed it.
      process.kill(stack.hostPid, 0);
    },
    90_000,
  );
});

describe('a commit whose answer is lost', () => {
  it('is told as 503, and whoever repeats the request with its key is told what was done, once (F07)', async () => {
    const crowd = gather(stack, { admin, people, pace: 100 });
    // Postgres commits and waits for a standby that there is not; who waits is cut off.
    await sql`alter system set synchronous_standby_names = 'nobody'`;
    await sql`select pg_reload_conf()`;
    const asks = Array.from({ length: 8 }, (_, n) => askUntilAnswered(`lost.${n}`));
    let cut = 0;
    for (const until = performance.now() + 3_000; performance.now() < until; await delay(50)) {
      const waiting = await sql`
        select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'SyncRep' and state_change < now() - interval '100 ms'`;
      cut += waiting.length;
    }
    await sql`alter system reset synchronous_standby_names`;
    await sql`select pg_reload_conf()`;
    const answers = await Promise.all(asks);
    await crowd.leave();
    expect(cut).toBeGreaterThan(20);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(unclean(crowd.answers), JSON.stringify(summaryOf(crowd.answers), null, 2)).toEqual([]);
    const promises = { admin, promised: crowd.promised };
    await expectInvariants(stack, { mailsOnce: true, promises, milliseconds: mailPatienceMilliseconds });
  }, 120_000);
});

/** A request of one key, over and over until it is neither turned away nor under way. */
const askUntilAnswered = async (name: string) => {
  const body = { name, description: 'Asked for until answered.' };
  for (;;) {
    const answer = await api('POST', '/v1/permissions', {
      token: admin.token,
      body,
      headers: { 'idempotency-key': name },
    });
    if (answer.status !== 503 && answer.body.code !== 'request_in_progress') return answer;
    await delay(100);
  }
};

describe('when a hundred requests wait for a table that nobody can read', () => {
  it('they are turned away soon, what does not need it goes on, and all is well once it can be read (F12)', async () => {
    const [person] = people;
    const held = await sql.reserve();
    await held`begin`;
    await held`lock table profile.profiles in access exclusive mode`;
    const began = performance.now();
    const read = async () => (await api('GET', '/v1/users/me', { token: person?.token ?? '' })).status;
    const answers = Promise.all(Array.from({ length: 100 }, read));
    await waitFor('readiness to say so', async () => {
      const { errors = [] } = (await api('GET', '/readyz')).body;
      return errors.some(({ pointer }: { pointer: string }) => pointer === '/profile/database');
    });
    for (let n = 0; n < 20; n++) {
      const asked = performance.now();
      expect((await api('GET', '/v1/permissions', { token: admin.token })).status).toBe(200);
      expect(performance.now() - asked).toBeLessThan(1_000);
    }
    expect(new Set(await answers)).toEqual(new Set([503]));
    expect(performance.now() - began).toBeLessThan(8_000);
    await held`rollback`;
    held.release();
    await waitFor('all to be ready again', async () => (await api('GET', '/readyz')).status === 200);
    expect(await read()).toBe(200);
    await expectInvariants(stack, { mailsOnce: true });
  }, 60_000);
});
