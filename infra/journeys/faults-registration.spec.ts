import { type ApiAnswer, type ApiClient, createApiClient } from '@rollcall/testing/api-client';
import { expectInvariants } from '@rollcall/testing/check-invariants';
import { createMailbox, tokenIn } from '@rollcall/testing/mailbox';
import { type Newcomer, newcomer, registerPerson, signIn } from '@rollcall/testing/people';
import { waitFor } from '@rollcall/testing/wait-for';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { holdTable } from './held-table.ts';
import { type SeparateStack, startSeparateStack } from './separate-stack.ts';

let separate: SeparateStack;
let sql: Sql;
let api: ApiClient;

beforeAll(async () => {
  separate = await startSeparateStack('1');
  const { stack } = separate;
  sql = postgres(stack.postgres, { max: 5, onnotice: () => undefined });
  api = createApiClient(stack.gateway);
  await registerPerson(api, stack.mail, newcomer('admin'), stack.setupToken);
}, 120_000);

afterAll(async () => {
  await sql?.end();
  await separate?.stack.stop();
});

/** Kills registration while a request of it stands still at the last of these tables; the request has no good answer. */
const killAt = async (tables: readonly string[], ask: () => Promise<ApiAnswer>): Promise<void> => {
  const [first = '', ...later] = tables;
  let held = await holdTable(sql, first);
  const asked = ask().catch(() => undefined);
  await held.isWanted();
  for (const table of later) {
    const next = await holdTable(sql, table);
    await held.release();
    held = next;
    await held.isWanted();
  }
  const { upAgain } = await separate.signal(['registration'], 'SIGKILL');
  await held.release();
  expect((await asked)?.status ?? 503).toBe(503);
  await upAgain;
};

const signUp = ({ email, username, password }: Newcomer) =>
  api('POST', '/v1/registrations', { body: { email, username, password } });

const verify = (token: string) => api('POST', '/v1/registrations/verify', { body: { token } });

const mailedToken = async ({ email }: Newcomer): Promise<string> =>
  tokenIn(await createMailbox(separate.stack.mail).waitForMail(email, /confirm/i));

const mayEnter = async ({ username, password }: Newcomer): Promise<boolean> =>
  (await api('POST', '/v1/sessions', { body: { identifier: username, password } })).status === 201;

const expectComplete = async (person: Newcomer): Promise<void> => {
  await waitFor(`${person.username} to be let in`, () => mayEnter(person), 20_000);
  const { token } = await signIn(api, person);
  for (const path of ['/v1/users/me', '/v1/users/me/permissions']) {
    await waitFor(`${path} to know ${person.username}`, async () => (await api('GET', path, { token })).status === 200);
  }
  await expectInvariants(separate.stack);
};

describe('a sign-up whose process is killed (F26)', () => {
  it.each(['auth.credentials', 'registration.usernames', 'registration.sign_ups', 'registration.verifications'])(
    'while it writes %s was never begun: the name is free, and the same sign-up is taken',
    async (table) => {
      const person = newcomer('cut');
      await killAt([table], () => signUp(person));
      expect(await mayEnter(person)).toBe(false);
      const free = await api('GET', `/v1/registrations/availability?username=${person.username}`);
      expect(free.body).toMatchObject({ available: true });
      expect((await signUp(person)).status).toBe(202);
      expect((await verify(await mailedToken(person))).status).toBe(200);
      await expectComplete(person);
    },
  );
});

describe('a confirmation whose process is killed (F26)', () => {
  it('before it is written down was never begun: nobody gets in, and the link works still', async () => {
    const person = newcomer('cut');
    expect((await signUp(person)).status).toBe(202);
    const token = await mailedToken(person);
    await killAt(['registration.people'], () => verify(token));
    expect(await mayEnter(person)).toBe(false);
    expect((await verify(token)).status).toBe(200);
    await expectComplete(person);
  });

  it.each([
    ['auth is told', ['auth.credentials']],
    ['profile is told', ['profile.profiles']],
    ['role-permission is told', ['role_permission.events']],
    ['it is written down that all were', ['profile.profiles', 'registration.people']],
  ])('while %s ends complete, and its link is used up', async (_, tables) => {
    const person = newcomer('cut');
    expect((await signUp(person)).status).toBe(202);
    const token = await mailedToken(person);
    await killAt(tables, () => verify(token));
    await expectComplete(person);
    const again = await verify(token);
    expect([again.status, again.body.code]).toEqual([400, 'token_invalid']);
  });
});
