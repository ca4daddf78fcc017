import { setTimeout as delay } from 'node:timers/promises';
import { createApiClient } from '@rollcall/testing/api-client';
import { expectInvariants } from '@rollcall/testing/check-invariants';
import { newcomer, registerPerson, type SignedInPerson } from '@rollcall/testing/people';
import { mailPatienceMilliseconds } from '@rollcall/testing/promises';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { serverProcess } from '@rollcall/testing/stack-processes';
import { waitFor } from '@rollcall/testing/wait-for';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gather, summaryOf, unclean } from './crowd.ts';

let stack: Stack;
let api: ReturnType<typeof createApiClient>;
let admin: SignedInPerson;
const people: SignedInPerson[] = [];

beforeAll(async () => {
  stack = await startStack({ durable: true, environment: { LOG_LEVEL: process.env.FAULTS_LOG_LEVEL ?? 'fatal' } });
  api = createApiClient(stack.gateway);
  admin = await registerPerson(api, stack.mail, newcomer('admin'), stack.setupToken);
  for (let n = 0; n < 3; n++) people.push(await registerPerson(api, stack.mail));
}, 60_000);

afterAll(() => stack?.stop());

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
