import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ApiClient, createApiClient } from '@rollcall/testing/api-client';
import { expectInvariants } from '@rollcall/testing/check-invariants';
import { createMailbox, tokenIn } from '@rollcall/testing/mailbox';
import { newcomer, registerPerson, type SignedInPerson, signIn } from '@rollcall/testing/people';
import { type Stack, startStack } from '@rollcall/testing/stack';
import { generate } from 'otplib';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const minutes = 60_000;
const shim = pathToFileURL(join(import.meta.dirname, 'skewed-clock.mjs'));

let dataFolder: string;
beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'rollcall-skewed-'));
});
afterAll(() => rm(dataFolder, { recursive: true, force: true }));

/** On the same data each time: what was written by a clock that was ahead is read by one that is behind. */
const startSkewed = (milliseconds: number): Promise<Stack> =>
  startStack({
    dataFolder,
    durable: true,
    environment: { NODE_OPTIONS: `--import ${shim}`, CLOCK_SKEW_MILLISECONDS: String(milliseconds) },
  });

const enrolApp = async (api: ApiClient, { token }: SignedInPerson): Promise<string> => {
  const { status, body } = await api('POST', '/v1/mfa/totp', { token, body: { name: 'Phone' } });
  expect(status).toBe(201);
  const code = await generate({ secret: body.secret });
  expect((await api('POST', `/v1/mfa/totp/${body.id}/confirm`, { token, body: { code } })).status).toBe(200);
  return body.secret;
};

/** Seconds since 1970 as the processes of the stack have them. */
const secondsAt = (milliseconds: number): number => Math.floor((Date.now() + milliseconds) / 1_000);

describe.each([
  ['ahead of', 10 * minutes],
  ['behind', -10 * minutes],
])('services whose clocks are ten minutes %s the database’s (F34)', (_, skew) => {
  let stack: Stack;
  let api: ApiClient;
  let person: SignedInPerson;

  beforeAll(async () => {
    stack = await startSkewed(skew);
    api = createApiClient(stack.gateway);
    person = await registerPerson(api, stack.mail);
  }, 60_000);
  afterAll(() => stack?.stop());

  const isIn = async (token: string): Promise<boolean> => (await api('GET', '/v1/users/me', { token })).status === 200;

  it('sign people in, renew what they have, and let nobody stay who has left', async () => {
    const { token, refreshToken } = await signIn(api, person);
    expect(await isIn(token)).toBe(true);
    const renewed = await api('POST', '/v1/sessions/refresh', { body: { refreshToken } });
    expect(renewed.status).toBe(200);
    const { accessToken } = renewed.body;
    expect(await isIn(accessToken)).toBe(true);
    expect((await api('DELETE', '/v1/sessions/current', { token: accessToken })).status).toBe(200);
    expect(await isIn(accessToken)).toBe(false);
    expect(await isIn(token)).toBe(false);
    // Whoever starts later hears of it for as long as a token may live, by either clock.
    const sql = postgres(stack.postgres, { max: 1, onnotice: () => undefined });
    const short = await sql`select from auth.revocations
      where expires_at < greatest(now(), ${new Date(Date.now() + skew)}) + interval '10 minutes'`;
    await sql.end();
    expect(short).toHaveLength(0);
  });

  it('judge codes of apps by the clock that all share, and by no other', async () => {
    const owner = await registerPerson(api, stack.mail);
    const secret = await enrolApp(api, owner);
    const answerTo = async (code: string) => {
      const first = await api('POST', '/v1/sessions', {
        body: { identifier: owner.username, password: owner.password },
      });
      const body = { mfaToken: first.body.mfaToken, method: 'totp', code };
      return (await api('POST', '/v1/sessions/mfa', { body })).status;
    };
    expect(await answerTo(await generate({ secret, epoch: secondsAt(skew) }))).toBe(401);
    // The step of the code that confirmed it is used up.
    expect(await answerTo(await generate({ secret, epoch: secondsAt(30_000) }))).toBe(201);
  });

  it('mail links that work', async () => {
    const { email } = person;
    expect((await api('POST', '/v1/password/forgot', { body: { email } })).status).toBe(202);
    const token = tokenIn(await createMailbox(stack.mail).waitForMail(email, /password/i));
    const { password } = newcomer();
    expect((await api('POST', '/v1/password/reset', { body: { token, password } })).status).toBe(200);
    expect(await isIn((await signIn(api, { ...person, password })).token)).toBe(true);
  });

  it('lose nothing and do nothing twice', async () => {
    const { seen } = await expectInvariants(stack, { mailsOnce: true });
    expect(seen.events).toBeGreaterThan(10);
  });
});
