import { Authenticator } from '@rollcall/testing/authenticator';
import { generate } from 'otplib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthWithHooks, startAuthWithHooks } from '../testing/auth-with-hooks.ts';
import { actorOf, type Person } from '../testing/people.ts';

let auth: AuthWithHooks;
let ada: Person;

beforeAll(async () => {
  auth = await startAuthWithHooks();
});
afterAll(() => auth.stop());
beforeEach(async () => {
  auth.reset();
  ada = await auth.register();
});

const signIn = (password = ada.password) =>
  auth.ask('POST', '/v1/sessions', {
    body: { identifier: ada.username, password },
    ipAddress: '198.51.100.7',
    userAgent: 'laptop',
  });
const deny = () => {
  auth.gate.script.answer = () => ({ decision: 'deny' });
};
const sessionsOf = async ({ userId }: Person) =>
  (await auth.connection.sql`select 1 from auth.sessions where user_id = ${userId} and ended_at is null`).length;

describe('a hook that has a say about sign-ins', () => {
  it('hears who has proved it, how and from where, and lets them in', async () => {
    expect((await signIn()).status).toBe(201);
    const data = { userId: ada.userId, methods: ['pwd'], ipAddress: '198.51.100.7', userAgent: 'laptop' };
    expect(auth.gate.asked).toMatchObject([{ point: 'sign_in', data }]);
  });

  it('hears of nobody who has proved nothing', async () => {
    await signIn('not the password');
    expect(auth.gate.asked).toEqual([]);
  });

  it('is asked once both factors are proved, and not before', async () => {
    const { actor } = await auth.signIn(ada);
    const { body } = await auth.ask('POST', '/v1/mfa/totp', { actor });
    const code = await generate({ secret: String(body.secret) });
    const confirmed = await auth.ask('POST', `/v1/mfa/totp/${body.id}/confirm`, { actor, body: { code } });
    const [recoveryCode] = confirmed.body.recoveryCodes as string[];
    auth.reset();
    const { mfaToken } = (await signIn()).body;
    expect(auth.gate.asked).toEqual([]);
    deny();
    const complete = () =>
      auth.ask('POST', '/v1/sessions/mfa', { body: { mfaToken, method: 'recovery_code', code: recoveryCode } });
    expect((await complete()).body).toMatchObject({ status: 401, code: 'invalid_credentials' });
    auth.reset();
    expect((await complete()).status).toBe(201);
    expect(auth.gate.asked[0]?.data.methods).toContain('mfa');
  });

  it('denies with the very answer that a wrong password has, and no session begins', async () => {
    const wrong = await signIn('not the password');
    deny();
    const denied = await signIn();
    for (const part of ['status', 'headers', 'body'] as const) expect(denied[part]).toEqual(wrong[part]);
    expect(await sessionsOf(ada)).toBe(0);
    const brief = { username: ada.username, password: ada.password };
    expect((await auth.ask('POST', '/users/authenticate', { body: brief })).body).toMatchObject({
      code: 'invalid_credentials',
    });
  });

  it('denies as a spent mail does where somebody came by one', async () => {
    const { body } = await auth.ask('POST', '/v1/magic-links', { body: { email: ada.email } });
    const asked = (await auth.eventsAbout(ada.userId)).find(({ type }) => type === 'magic_link.requested');
    const path = `/internal/magic-links/${asked?.data.requestId}/secret`;
    const { code } = (await auth.ask('POST', path, { from: 'notification' })).body;
    deny();
    const come = () => auth.ask('POST', '/v1/sessions/magic-link', { body: { requestToken: body.requestToken, code } });
    expect((await come()).body).toMatchObject({ code: 'token_invalid' });
    auth.reset();
    expect((await come()).status).toBe(201);
  });

  it('denies a passkey as one that proves nothing', async () => {
    const { actor } = await auth.signIn(ada);
    const device = new Authenticator('http://rollcall.test');
    const optionsFrom = async (path: string, more = {}) =>
      (await auth.ask('POST', path, more)).body.options as Parameters<Authenticator['sign']>[0] &
        Parameters<Authenticator['register']>[0];
    const response = device.register(await optionsFrom('/v1/passkeys/registration-options', { actor }));
    expect((await auth.ask('POST', '/v1/passkeys', { actor, body: { response } })).status).toBe(201);
    const come = async () => {
      const signed = device.sign(await optionsFrom('/v1/passkeys/authentication-options', { body: {} }));
      return auth.ask('POST', '/v1/sessions/passkey', { body: { response: signed } });
    };
    deny();
    expect((await come()).body).toMatchObject({ status: 401, code: 'invalid_credentials' });
    auth.reset();
    expect((await come()).status).toBe(201);
  });

  it('leaves the session as it was when it denies a new one in its place', async () => {
    const { actor, refreshToken } = await auth.signIn(ada);
    deny();
    const body = { password: ada.password };
    expect((await auth.ask('POST', '/v1/sessions/reauthenticate', { actor, body })).body).toMatchObject({
      code: 'invalid_credentials',
    });
    expect((await auth.refresh(refreshToken)).status).toBe(200);
  });

  it('stands in the trail of the account, under a reason of its own', async () => {
    deny();
    await signIn();
    const refused = async () => (await auth.eventsAbout(ada.userId)).filter(({ type }) => type === 'sign_in.failed');
    await expect
      .poll(refused, { timeout: 5_000 })
      .toMatchObject([
        { actor: 'anonymous', data: { reason: 'denied_by_hook' }, personal: { ipAddress: '198.51.100.7' } },
      ]);
  });

  it('keeps everybody out while it is silent, where it has to answer', async () => {
    auth.gate.script.answer = () => ({});
    const { headers, body } = await signIn();
    expect(body).toMatchObject({ status: 503, code: 'hook_unavailable' });
    expect(headers['retry-after']).toBe('10');
    expect(await sessionsOf(ada)).toBe(0);
    auth.reset();
    expect(actorOf((await signIn()).body.accessToken).userId).toBe(ada.userId);
  });
});
