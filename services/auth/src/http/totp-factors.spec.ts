import { setTimeout as delay } from 'node:timers/promises';
import type { Actor } from '@rollcall/service-kit/actor';
import { generate } from 'otplib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { actorOf, type Person } from '../testing/people.ts';

let auth: AuthUnderTest;
let ada: Person;
let actor: Actor;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());
beforeEach(async () => {
  ada = await auth.register();
  ({ actor } = await auth.signIn(ada));
});

const stepMilliseconds = 30_000;
/** A code of the step that is `offset` away. None is made where the step ends before anybody could present it. */
const codeOf = async (secret: string, offset = 0): Promise<string> => {
  const left = stepMilliseconds - (Date.now() % stepMilliseconds);
  if (left < 3_000) await delay(left);
  return generate({ secret, epoch: Math.floor(Date.now() / 1_000) + offset * 30 });
};
const begin = async (who = actor) => {
  const { status, body } = await auth.ask('POST', '/v1/mfa/totp', { actor: who, body: { name: 'Phone' } });
  expect(status).toBe(201);
  return { id: String(body.id), secret: String(body.secret), uri: String(body.uri), qr: String(body.qr) };
};
const confirm = (id: string, code: string, who = actor) =>
  auth.ask('POST', `/v1/mfa/totp/${id}/confirm`, { actor: who, body: { code } });
/** Uses an authenticator app; the secret, and the recovery codes. */
const enrolled = async () => {
  const { id, secret } = await begin();
  // The code of the step before, so that the present one is not spent.
  const { status, body } = await confirm(id, await codeOf(secret, -1));
  expect(status).toBe(200);
  return { id, secret, recoveryCodes: body.recoveryCodes as string[] };
};
const password = (who = ada) =>
  auth.ask('POST', '/v1/sessions', { body: { identifier: who.username, password: who.password } });
const complete = (mfaToken: unknown, code: string, method = 'totp') =>
  auth.ask('POST', '/v1/sessions/mfa', { body: { mfaToken, method, code } });
const typesAbout = async () => (await auth.eventsAbout(ada.userId)).map(({ type }) => type);

describe('an authenticator app', () => {
  it('is shown as text and as a picture, and counts only once it is confirmed', async () => {
    const { id, secret, uri, qr } = await begin();
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(uri).toContain(`secret=${secret}`);
    expect(qr).toMatch(/^<svg /);
    expect((await password()).status).toBe(201);
    expect((await confirm(id, '000000')).body).toMatchObject({ code: 'invalid_credentials' });
    const confirmed = await confirm(id, await codeOf(secret));
    expect(confirmed).toMatchObject({ status: 200, body: { id, name: 'Phone', lastUsedAt: null } });
    expect(confirmed.body.recoveryCodes).toHaveLength(10);
    expect((await password()).body).toMatchObject({
      status: 'mfa_required',
      methods: ['totp', 'recovery_code'],
      expiresIn: 300,
    });
    expect(await typesAbout()).toEqual(expect.arrayContaining(['factor.added', 'recovery_codes.made']));
  });

  it('is not confirmed twice, by anybody else, or once its time is over', async () => {
    const late = await begin();
    await auth.connection.sql`update auth.totp_factors set expires_at = now() where id = ${late.id}`;
    expect((await confirm(late.id, await codeOf(late.secret))).status).toBe(404);
    const { id, secret } = await begin();
    const { actor: other } = await auth.signIn(await auth.register());
    expect((await confirm(id, await codeOf(secret), other)).status).toBe(404);
    const answers = await Promise.all([confirm(id, await codeOf(secret)), confirm(id, await codeOf(secret))]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
  });

  it('signs in once with each code, however many present it at once', async () => {
    const { secret } = await enrolled();
    const pending = await Promise.all(Array.from({ length: 10 }, () => password()));
    const code = await codeOf(secret);
    const answers = await Promise.all(pending.map(({ body }) => complete(body.mfaToken, code)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const tokens = answers.find(({ status }) => status === 201);
    expect(actorOf(tokens?.body.accessToken).methods).toEqual(['pwd', 'otp', 'mfa']);
    // Nor does it later, nor a code of a step before it.
    for (const old of [code, await codeOf(secret, -1)]) {
      expect((await complete((await password()).body.mfaToken, old)).status).toBe(401);
    }
  });

  it('comes with ten codes of 125 bits each', async () => {
    const { recoveryCodes } = await enrolled();
    const group = '[0-9a-hjkmnp-tv-z]{5}';
    expect(new Set(recoveryCodes).size).toBe(10);
    for (const code of recoveryCodes) expect(code).toMatch(new RegExp(`^(${group}-){4}${group}$`));
  });

  it('completes a sign-in once, with that password, in time, and after five wrong codes not at all', async () => {
    const { secret, recoveryCodes } = await enrolled();
    const used = (await password()).body.mfaToken;
    expect((await complete(used, await codeOf(secret))).status).toBe(201);
    expect((await complete(used, String(recoveryCodes[0]), 'recovery_code')).body).toMatchObject({
      code: 'sign_in_expired',
    });

    const guessed = (await password()).body.mfaToken;
    for (let n = 0; n < 5; n++)
      expect((await complete(guessed, '000000')).body).toMatchObject({ code: 'invalid_credentials' });
    expect((await complete(guessed, await codeOf(secret, 1))).body).toMatchObject({ code: 'sign_in_expired' });

    const late = (await password()).body.mfaToken;
    await auth.connection.sql`update auth.pending_sign_ins set expires_at = now() where used_at is null`;
    expect((await complete(late, await codeOf(secret, 1))).body).toMatchObject({ code: 'sign_in_expired' });

    const outdated = (await password()).body.mfaToken;
    await auth.ask('POST', '/v1/password/reset', {
      body: { token: await auth.resetTokenFor(ada.email), password: 'quite another password' },
    });
    expect((await complete(outdated, await codeOf(secret, 1))).status).toBe(401);
    expect((await complete('x'.repeat(32), '123456')).body).toMatchObject({ code: 'sign_in_expired' });
  });

  it('stops guesses at codes, however often the password is proved in between (N05)', async () => {
    await enrolled();
    const codes = [];
    for (let n = 0; n < 4; n++) {
      const { body } = await password();
      for (let guess = 0; guess < 4; guess++) codes.push((await complete(body.mfaToken, '000000')).body.code);
    }
    expect(codes.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'invalid_credentials'));
    expect(new Set(codes.slice(10))).toEqual(new Set(['rate_limited']));
  });

  it('shuts the door of the UserService, which has no second step', async () => {
    await enrolled();
    const body = { username: ada.username, password: ada.password };
    expect(await auth.ask('POST', '/users/authenticate', { body })).toMatchObject({
      status: 401,
      body: { code: 'mfa_required' },
    });
  });

  it('is kept sealed, and its recovery codes as digests', async () => {
    const { secret, recoveryCodes } = await enrolled();
    const [row] = await auth.connection.sql`
      select (select json_agg(f) from auth.totp_factors f)::text || (select json_agg(c) from auth.recovery_codes c)::text as all`;
    expect(row?.all).not.toContain(secret);
    for (const code of recoveryCodes) expect(row?.all).not.toContain(code);
    expect(JSON.stringify(await auth.eventsAbout(ada.userId))).not.toContain(secret);
  });
});

describe('changing second factors', () => {
  it('needs a sign-in of the last minutes, and one with the second factor where there is one (N08)', async () => {
    const stale = { ...actor, authenticatedAt: actor.authenticatedAt - 601 };
    const path = '/v1/mfa/totp';
    const refused = await auth.ask('POST', path, { actor: stale });
    expect(refused.body).toMatchObject({ code: 'reauthentication_required' });
    expect(refused.headers['www-authenticate']).toBe('Bearer error="insufficient_user_authentication", max_age="600"');
    const { id, secret } = await enrolled();
    // This session began with the password alone.
    for (const [method, where, body] of [
      ['POST', path, {}],
      ['PATCH', `${path}/${id}`, { name: 'Mine' }],
      ['DELETE', `${path}/${id}`, undefined],
      ['POST', '/v1/mfa/recovery-codes', undefined],
      ['PUT', '/v1/password', { current: ada.password, password: 'quite another password' }],
    ] as const) {
      const answer = await auth.ask(method, where, { actor, ...(body ? { body } : {}) });
      expect([where, answer.body.code]).toEqual([where, 'reauthentication_required']);
      expect(answer.headers['www-authenticate']).toMatch(/ acr_values="aal2"$/);
    }
    const { body } = await complete((await password()).body.mfaToken, await codeOf(secret));
    const strong = actorOf(body.accessToken);
    expect((await auth.ask('PATCH', `${path}/${id}`, { actor: strong, body: { name: 'Mine' } })).status).toBe(200);
    const { actor: other } = await auth.signIn(await auth.register());
    expect((await auth.ask('DELETE', `${path}/${id}`, { actor: other })).status).toBe(404);
    expect((await auth.ask('DELETE', `${path}/${id}`, { actor: strong })).body).toEqual({ removed: true });
    expect((await password()).status).toBe(201);
    expect((await auth.ask('GET', '/v1/mfa/recovery-codes', { actor })).body).toEqual({ left: 0, createdAt: null });
    expect(await typesAbout()).toContain('factor.removed');
  });

  it('has an end: so many, whether confirmed or not', async () => {
    for (let n = 0; n < 10; n++) await begin();
    expect((await auth.ask('POST', '/v1/mfa/totp', { actor })).body).toMatchObject({ code: 'too_many_factors' });
    expect((await auth.ask('GET', '/v1/mfa/totp', { actor })).body).toEqual({ items: [] });
  });
});

describe('a recovery code', () => {
  it('takes the place of the second factor once, however it is typed, and for nobody else', async () => {
    const { recoveryCodes } = await enrolled();
    const [first = ''] = recoveryCodes;
    expect(first).toMatch(/^(?:[0-9a-hjkmnp-tv-z]{5}-){4}[0-9a-hjkmnp-tv-z]{5}$/);
    const typed = ` ${first.toUpperCase().replaceAll('-', ' ')} `;
    const signedIn = await complete((await password()).body.mfaToken, typed, 'recovery_code');
    expect(signedIn.status).toBe(201);
    expect(actorOf(signedIn.body.accessToken).methods).toEqual(['pwd', 'recovery_code', 'mfa']);
    expect((await complete((await password()).body.mfaToken, first, 'recovery_code')).status).toBe(401);
    expect((await auth.ask('GET', '/v1/mfa/recovery-codes', { actor })).body).toMatchObject({ left: 9 });
    expect(await typesAbout()).toContain('recovery_code.used');
  });

  it('is one of the newest only', async () => {
    const { secret, recoveryCodes } = await enrolled();
    const { body } = await complete((await password()).body.mfaToken, await codeOf(secret));
    const made = await auth.ask('POST', '/v1/mfa/recovery-codes', { actor: actorOf(body.accessToken) });
    expect(made).toMatchObject({ status: 201 });
    expect((await complete((await password()).body.mfaToken, String(recoveryCodes[0]), 'recovery_code')).status).toBe(
      401,
    );
    const [fresh] = made.body.codes as string[];
    expect((await complete((await password()).body.mfaToken, String(fresh), 'recovery_code')).status).toBe(201);
  });

  it('belongs to a second factor', async () => {
    expect((await auth.ask('POST', '/v1/mfa/recovery-codes', { actor })).body).toMatchObject({
      code: 'second_factor_needed',
    });
  });
});

describe('proving again who one is', () => {
  const prove = (who: Actor, typed = ada.password) =>
    auth.ask('POST', '/v1/sessions/reauthenticate', { actor: who, body: { password: typed } });

  it('gives new tokens with a fresh time, and ends the old session', async () => {
    const old = { ...actor, authenticatedAt: actor.authenticatedAt - 3_600 };
    expect((await prove(old, 'wrong')).body).toMatchObject({ code: 'invalid_credentials' });
    const { status, body } = await prove(old);
    expect(status).toBe(200);
    const fresh = actorOf(body.accessToken);
    expect(fresh.sessionId).not.toBe(actor.sessionId);
    expect(fresh.authenticatedAt).toBeGreaterThanOrEqual(actor.authenticatedAt);
    expect((await auth.ask('GET', '/v1/sessions', { actor: fresh })).body.items).toMatchObject([
      { id: fresh.sessionId },
    ]);
    const ended = (await auth.eventsAbout(ada.userId)).find(({ type }) => type === 'session.ended');
    expect(ended?.data).toMatchObject({ sessionId: actor.sessionId, reason: 'reauthenticated' });
    // The session is over: nothing takes its place a second time.
    expect((await prove(old)).status).toBe(401);
  });

  it('asks for the second factor, and ends the old session only then', async () => {
    const { secret } = await enrolled();
    const { status, body } = await prove(actor);
    expect([status, body.status]).toEqual([200, 'mfa_required']);
    expect((await auth.ask('GET', '/v1/sessions', { actor })).body.items).toMatchObject([{ id: actor.sessionId }]);
    const { body: tokens } = await complete(body.mfaToken, await codeOf(secret));
    const fresh = actorOf(tokens.accessToken);
    expect((await auth.ask('GET', '/v1/sessions', { actor: fresh })).body.items).toMatchObject([
      { id: fresh.sessionId },
    ]);
  });
});
