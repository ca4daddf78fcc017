import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { createApiClient } from '@rollcall/testing/api-client';
import { expectInvariants } from '@rollcall/testing/check-invariants';
import { createMailbox } from '@rollcall/testing/mailbox';
import { newcomer, registerPerson, type SignedInPerson, signIn } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { serverProcess } from '@rollcall/testing/stack-processes';
import { waitFor } from '@rollcall/testing/wait-for';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gather, summaryOf, unclean } from './crowd.ts';

/** A minute with `npm run faults`. */
const outageSeconds = Number(process.env.FAULTS_OUTAGE_SECONDS ?? 10);

let stack: Stack;
let api: ReturnType<typeof createApiClient>;
let admin: SignedInPerson;
let people: SignedInPerson[];

beforeAll(async () => {
  stack = await startStack({ environment: { LOG_LEVEL: process.env.FAULTS_LOG_LEVEL ?? 'fatal' } });
  api = createApiClient(stack.gateway);
  admin = await registerPerson(api, stack.mail, newcomer('admin'), stack.setupToken);
  people = [];
  for (let n = 0; n < 3; n++) people.push(await registerPerson(api, stack.mail));
}, 60_000);

afterAll(() => stack?.stop());

const natsPid = () => serverProcess(stack, 'NATS');

describe('while NATS does not answer', () => {
  it(
    'everything that was promised holds afterwards, once, and no request fails (F22)',
    async () => {
      const pid = await natsPid();
      process.kill(pid, 'SIGSTOP');
      const crowd = gather(stack, { admin, people });
      // The length of the outage is what is tried here.
      await delay(outageSeconds * 1_000);
      await crowd.leave();
      process.kill(pid, 'SIGCONT');
      expect(crowd.answers.filter(({ status }) => status >= 400 || status === 0)).toEqual([]);
      expect(crowd.promised.signUps.length, JSON.stringify(summaryOf(crowd.answers))).toBeGreaterThan(2);
      expect(crowd.promised.grants.length).toBeGreaterThan(10);
      const promises = { admin, promised: crowd.promised };
      const report = await expectInvariants(stack, { mailsOnce: true, promises });
      expect(report.seen.events).toBeGreaterThan(100);
      const mailbox = createMailbox(stack.mail);
      for (const { email } of crowd.promised.signUps) {
        expect((await mailbox.all(email)).filter(({ subject }) => /confirm/i.test(subject))).toHaveLength(1);
      }
    },
    outageSeconds * 1_000 + 120_000,
  );

  it('a token that is revoked stops within a second', async () => {
    const [person] = people;
    if (!person) throw new Error('nobody is there');
    const pid = await natsPid();
    process.kill(pid, 'SIGSTOP');
    try {
      for (let n = 0; n < 3; n++) {
        const { token } = await signIn(api, person);
        expect((await api('GET', '/v1/users/me', { token })).status).toBe(200);
        await api('DELETE', '/v1/sessions/current', { token });
        await waitFor(
          'the token to stop',
          async () => (await api('GET', '/v1/users/me', { token })).status === 401,
          1_000,
        );
      }
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await expectInvariants(stack, { mailsOnce: true });
  }, 60_000);
});

describe('when NATS is killed again and again', () => {
  it('nothing that was promised is lost or done twice (F14, F22)', async () => {
    const crowd = gather(stack, { admin, people });
    for (let n = 0; n < 4; n++) {
      process.kill(await natsPid(), 'SIGKILL');
      await delay(1_000 + n * 500);
    }
    await crowd.leave();
    expect(unclean(crowd.answers)).toEqual([]);
    await expectInvariants(stack, { mailsOnce: true, promises: { admin, promised: crowd.promised } });
  }, 90_000);

  it('and everything it stored is lost, it is filled again from the databases (F17)', async () => {
    const crowd = gather(stack, { admin, people });
    const pid = await natsPid();
    // Stopped before its files go, so that it cannot write them again.
    process.kill(pid, 'SIGSTOP');
    await rm(stack.nats.storeDir, { recursive: true, force: true });
    process.kill(pid, 'SIGKILL');
    await delay(3_000);
    await crowd.leave();
    expect(unclean(crowd.answers)).toEqual([]);
    await expectInvariants(stack, { mailsOnce: true, promises: { admin, promised: crowd.promised } });
  }, 90_000);
});
