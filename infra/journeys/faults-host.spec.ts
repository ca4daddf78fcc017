import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createApiClient } from '@rollcall/testing/api-client';
import { describeReport, expectInvariants } from '@rollcall/testing/check-invariants';
import { createMailbox, tokenIn } from '@rollcall/testing/mailbox';
import { type Newcomer, newcomer, registerPerson, signIn } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** Each at another random moment; more of them with `npm run faults`. */
const rounds = Number(process.env.FAULTS_ROUNDS ?? 1);

let dataFolder: string;

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'rollcall-killed-'));
});
afterAll(() => rm(dataFolder, { recursive: true, force: true }));

const start = (): Promise<Stack> =>
  startStack({ dataFolder, durable: true, environment: { LOG_LEVEL: process.env.FAULTS_LOG_LEVEL ?? 'fatal' } });

interface Journey {
  readonly person: Newcomer;
  /** What the last answer promised; nothing when there was none. */
  reached: 'nothing' | 'signed up' | 'verified';
  token?: string;
}

/** Signs up and verifies until the connection breaks off. */
const begin = async (stack: Stack, journeys: Journey[]): Promise<void> => {
  const api = createApiClient(stack.gateway);
  const mailbox = createMailbox(stack.mail);
  for (;;) {
    const journey: Journey = { person: newcomer('killed'), reached: 'nothing' };
    journeys.push(journey);
    try {
      const { email, username, password } = journey.person;
      const signedUp = await api('POST', '/v1/registrations', { body: { email, username, password } });
      if (signedUp.status !== 202) throw new Error(`signing up answered ${signedUp.status}`);
      journey.reached = 'signed up';
      journey.token = tokenIn(await mailbox.waitForMail(email, /confirm/i));
      const verified = await api('POST', '/v1/registrations/verify', { body: { token: journey.token } });
      if (verified.status !== 200 && verified.status !== 202) throw new Error(`verifying answered ${verified.status}`);
      journey.reached = 'verified';
    } catch {
      return;
    }
  }
};

/** Whatever was cut short ends complete: with the mailed link, with a new one, or by signing up again. */
const finish = async (stack: Stack, { person, reached, token }: Journey): Promise<void> => {
  const api = createApiClient(stack.gateway);
  const mailbox = createMailbox(stack.mail);
  const { email, username, password } = person;
  if (reached === 'nothing') {
    const again = await api('POST', '/v1/registrations', { body: { email, username, password } });
    // Either it was not there at all, or it is there in full and its mail comes.
    expect([202, 409]).toContain(again.status);
    if (again.status === 409) expect(again.body.code).toBe('username_taken');
  }
  if (reached !== 'verified') {
    const used = token === undefined ? undefined : await api('POST', '/v1/registrations/verify', { body: { token } });
    // Used up without an answer: then the account is there.
    if (used === undefined) {
      const mail = await mailbox.waitForMail(email, /confirm/i).catch(async () => {
        await api('POST', '/v1/registrations/resend', { body: { email } });
        return mailbox.waitForMail(email, /confirm/i);
      });
      const verified = await api('POST', '/v1/registrations/verify', { body: { token: tokenIn(mail) } });
      expect([200, 202]).toContain(verified.status);
    }
  }
  await waitFor(`${username}, who was ${reached}, to sign in`, async () => {
    const session = await signIn(api, person);
    return (await api('GET', '/v1/users/me', { token: session.token })).body.username === username;
  });
};

it(
  'every sign-up that was acknowledged is completed after the services were killed at any moment (F05, F26)',
  async () => {
    let stack = await start();
    await registerPerson(createApiClient(stack.gateway), stack.mail, newcomer('admin'), stack.setupToken);
    for (let round = 0; round < rounds; round++) {
      const journeys: Journey[] = [];
      const running = Array.from({ length: 4 }, () => begin(stack, journeys));
      const moment = 400 + Math.random() * 1_600;
      await delay(moment);
      process.kill(stack.hostPid, 'SIGKILL');
      await Promise.all(running);
      await stack.stop();

      stack = await start();
      const why = `killed after ${moment} ms, with ${journeys.map(({ reached }) => reached).join(', ')}`;
      for (const journey of journeys) {
        await finish(stack, journey).catch((error: unknown) => {
          throw new Error(why, { cause: error });
        });
      }
      // A mail that was in hand waits for a minute, lest it be sent twice.
      const report = await expectInvariants(stack, { milliseconds: 90_000 });
      expect(report.seen.events, describeReport(report)).toBeGreaterThan(0);
    }
    await stack.stop();
  },
  rounds * 150_000,
);
