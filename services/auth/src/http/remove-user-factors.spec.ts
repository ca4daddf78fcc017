import type { Actor } from '@rollcall/service-kit/actor';
import { newId } from '@rollcall/service-kit/identity';
import { Authenticator } from '@rollcall/testing/authenticator';
import { generate } from 'otplib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import type { Person } from '../testing/people.ts';

let auth: AuthUnderTest;
let ada: Person;
let helper: Actor;

beforeAll(async () => {
  auth = await startAuthUnderTest();
  ({ actor: helper } = await auth.signIn(await auth.register()));
  auth.grant(helper, 'users.manage');
});
afterAll(() => auth.stop());

/** Somebody with a factor of each kind. */
beforeEach(async () => {
  ada = await auth.register();
  const { actor } = await auth.signIn(ada);
  const totp = await auth.ask('POST', '/v1/mfa/totp', { actor });
  const begun = await auth.ask('POST', '/v1/passkeys/registration-options', { actor });
  const response = new Authenticator('http://rollcall.test').register(begun.body.options as { challenge: string });
  expect((await auth.ask('POST', '/v1/passkeys', { actor, body: { response } })).status).toBe(201);
  const strong = { ...actor, methods: ['pwd', 'hwk', 'mfa'] };
  const body = { code: await generate({ secret: String(totp.body.secret) }) };
  const confirmed = await auth.ask('POST', `/v1/mfa/totp/${totp.body.id}/confirm`, { actor: strong, body });
  expect(confirmed.status).toBe(200);
});

const remove = (actor: Actor, userId: string = ada.userId) =>
  auth.ask('DELETE', `/v1/users/${userId}/factors`, { actor });
const password = () => auth.ask('POST', '/v1/sessions', { body: { identifier: ada.username, password: ada.password } });

describe('removing the second factors of a person', () => {
  it('lets them in by their password again, ends their sessions, and tells them', async () => {
    expect((await password()).status).toBe(200);
    expect(await remove(helper)).toMatchObject({ status: 200, body: { removed: 2, ended: 1 } });
    expect((await password()).status).toBe(201);
    const told = (await auth.eventsAbout(ada.userId)).find(({ type }) => type === 'factors.reset');
    expect(told).toMatchObject({ actor: helper.userId, data: { removed: 2 } });
    const [left] = await auth.connection.sql`
      select (select count(*)::int from auth.recovery_codes where user_id = ${ada.userId}) as codes`;
    expect(left).toEqual({ codes: 0 });
    // Asked again, there is nothing to do, and nobody is signed out for it.
    expect((await remove(helper)).body).toEqual({ removed: 0, ended: 0 });
  });

  it('takes a fresh sign-in, with the second factor of whoever does it', async () => {
    const stale = { ...helper, authenticatedAt: helper.authenticatedAt - 601 };
    expect((await remove(stale)).body).toMatchObject({ code: 'reauthentication_required' });
    expect((await password()).status).toBe(200);
  });

  it('of an administrator takes an administrator', async () => {
    auth.grant(ada, 'admin');
    expect((await remove(helper)).body).toMatchObject({ code: 'forbidden' });
    expect((await password()).status).toBe(200);
    const { actor: admin } = await auth.signIn(await auth.register());
    auth.grant(admin, 'users.manage');
    auth.grant(admin, 'admin');
    expect((await remove(admin)).body).toMatchObject({ removed: 2 });
  });

  it('of nobody is told as what it is', async () => {
    expect((await remove(helper, newId())).status).toBe(404);
  });
});
