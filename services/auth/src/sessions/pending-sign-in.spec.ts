import type { Actor } from '@rollcall/service-kit/actor';
import { generate } from 'otplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { actorOf, type Person } from '../testing/people.ts';

let auth: AuthUnderTest;
let admin: Actor;

beforeAll(async () => {
  auth = await startAuthUnderTest();
  ({ actor: admin } = await auth.signIn(await auth.register()));
  auth.grant(admin, 'sessions.manage');
});
afterAll(() => auth.stop());

interface Waiting {
  readonly person: Person;
  readonly complete: () => ReturnType<AuthUnderTest['ask']>;
  /** A session of theirs that began with both factors. */
  readonly strong: Actor;
}

/** Somebody who has proved the password, and holds a code that is right. */
const waiting = async (): Promise<Waiting> => {
  const person = await auth.register();
  const { actor } = await auth.signIn(person);
  const { body } = await auth.ask('POST', '/v1/mfa/totp', { actor });
  const code = await generate({ secret: String(body.secret) });
  const confirmed = await auth.ask('POST', `/v1/mfa/totp/${body.id}/confirm`, { actor, body: { code } });
  const codes = confirmed.body.recoveryCodes as string[];
  const begin = async () => {
    const credentials = { identifier: person.username, password: person.password };
    return (await auth.ask('POST', '/v1/sessions', { body: credentials })).body.mfaToken;
  };
  const completing = (mfaToken: unknown, recoveryCode = '') =>
    auth.ask('POST', '/v1/sessions/mfa', { body: { mfaToken, method: 'recovery_code', code: recoveryCode } });
  const first = await completing(await begin(), codes[0]);
  const mfaToken = await begin();
  return { person, strong: actorOf(first.body.accessToken), complete: () => completing(mfaToken, codes[1]) };
};

const change = async ({ person, strong }: Waiting): Promise<void> => {
  const body = { current: person.password, password: 'quite another password' };
  expect((await auth.ask('PUT', '/v1/password', { actor: strong, body })).status).toBe(200);
};
const reset = async ({ person }: Waiting): Promise<void> => {
  const body = { token: await auth.resetTokenFor(person.email), password: 'quite another password' };
  expect((await auth.ask('POST', '/v1/password/reset', { body })).status).toBe(200);
};
const signOutByAdmin = ({ person }: Waiting) =>
  auth.ask('DELETE', `/v1/users/${person.userId}/sessions`, { actor: admin });
const deactivate = ({ person }: Waiting) => auth.setAccess(person, false);
const reactivate = async (one: Waiting) => {
  await deactivate(one);
  await auth.setAccess(one.person, true);
};
const expire = ({ person }: Waiting) =>
  auth.connection.sql`update auth.pending_sign_ins set expires_at = now() where user_id = ${person.userId}`;

describe('a sign-in that waits for its second factor (N02, N20, N22)', () => {
  it('is completed by whom nothing is wrong with, also when they signed out elsewhere', async () => {
    const one = await waiting();
    await auth.ask('DELETE', '/v1/sessions/current', { actor: one.strong });
    expect((await one.complete()).status).toBe(201);
  });

  it.each([
    ['was deactivated', deactivate, 'sign_in_expired'],
    ['was deactivated and reactivated', reactivate, 'sign_in_expired'],
    ['was signed out by an administrator', signOutByAdmin, 'sign_in_expired'],
    ['changed the password elsewhere', change, 'invalid_credentials'],
    ['reset the password', reset, 'sign_in_expired'],
    ['completed it before', (one: Waiting) => one.complete(), 'sign_in_expired'],
    ['took too long', expire, 'sign_in_expired'],
  ])('is over for who %s', async (_, bring, code) => {
    const one = await waiting();
    await bring(one);
    expect((await one.complete()).body).toMatchObject({ status: 401, code });
  });

  it('is good for nothing else: its token opens no other door (N07)', async () => {
    const one = await waiting();
    const { username: identifier, password } = one.person;
    const { mfaToken } = (await auth.ask('POST', '/v1/sessions', { body: { identifier, password } })).body;
    expect((await auth.refresh(String(mfaToken))).body).toMatchObject({ code: 'refresh_token_invalid' });
    const body = { token: mfaToken, password: 'quite another password' };
    expect((await auth.ask('POST', '/v1/password/reset', { body })).status).toBe(400);
  });
});
