import type { Actor } from '@rollcall/service-kit/actor';
import { newId } from '@rollcall/service-kit/identity';
import { generate } from 'otplib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthWithProviders, startAuthWithProviders } from '../testing/auth-with-providers.ts';
import type { Person } from '../testing/people.ts';

let auth: AuthWithProviders;
let ada: Person;

beforeAll(async () => {
  auth = await startAuthWithProviders();
});
afterAll(() => auth.stop());
beforeEach(async () => {
  ada = await auth.register();
});

/** As notification does for a mail about something that happened now. */
const mint = (noticeId = newId(), who = ada, happenedAt = new Date()) =>
  auth.ask('POST', `/internal/security-notices/${noticeId}/secret`, {
    from: 'notification',
    body: { userId: who.userId, happenedAt: happenedAt.toISOString() },
  });
const tokenOf = async (who = ada): Promise<string> => String((await mint(newId(), who)).body.token);
const secure = (token: unknown) => auth.ask('POST', '/v1/security-actions', { body: { token } });
const addTotp = async (actor: Actor) => {
  const { body } = await auth.ask('POST', '/v1/mfa/totp', { actor, body: { name: 'Phone' } });
  const code = await generate({ secret: String(body.secret) });
  const { status } = await auth.ask('POST', `/v1/mfa/totp/${body.id}/confirm`, { actor, body: { code } });
  expect(status).toBe(200);
  return String(body.id);
};
const linkIdentity = () => auth.link(ada, { sub: newId(), email: ada.email, email_verified: true });
/** So long ago that no notice of today is about it. */
const age = (table: 'totp_factors' | 'identities' | 'recovery_codes') =>
  auth.connection.sql`
    update ${auth.connection.sql(`auth.${table}`)} set created_at = now() - interval '2 days' where user_id = ${ada.userId}`;
const rowsOf = async (table: 'totp_factors' | 'identities' | 'recovery_codes' | 'passkeys') =>
  (await auth.connection.sql`select * from ${auth.connection.sql(`auth.${table}`)} where user_id = ${ada.userId}`)
    .length;
const signIn = () => auth.ask('POST', '/v1/sessions', { body: { identifier: ada.email, password: ada.password } });

describe('the secret of a security notice', () => {
  it('is the same for a mail that is sent again, good for a week, and kept by its digest alone', async () => {
    const id = newId();
    const [first, second] = [await mint(id), await mint(id)];
    expect(first).toMatchObject({ status: 200, body: { token: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/) } });
    expect(second.body.token).toBe(first.body.token);
    expect(Date.parse(String(first.body.expiresAt)) - Date.now()).toBeCloseTo(7 * 86_400_000, -5);
    const [row] = await auth.connection.sql`select * from auth.security_notices where id = ${id}`;
    expect(JSON.stringify(row)).not.toContain(first.body.token);
  });

  it('404: there is none for nobody, for whoever is disabled, and for another person’s notice', async () => {
    const disabled = await auth.register();
    await auth.setAccess(disabled, false);
    const id = newId();
    await mint(id);
    for (const answer of [
      await mint(newId(), { ...ada, userId: newId() }),
      await mint(newId(), await auth.signUp()),
      await mint(newId(), disabled),
      await mint(id, await auth.register()),
    ]) {
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
  });
});

describe('“this was not me”', () => {
  it('takes back what was added since, ends every session, voids the password, and mails a link to choose another', async () => {
    await linkIdentity();
    const { actor, refreshToken } = await auth.signIn(ada);
    await addTotp(actor);
    const answer = await secure(await tokenOf());
    expect(answer).toMatchObject({
      status: 200,
      body: { status: 'secured', removed: { factors: 1, identities: 1 } },
    });
    expect(answer.body.ended).toBeGreaterThanOrEqual(1);
    expect(await Promise.all((['totp_factors', 'identities', 'recovery_codes'] as const).map(rowsOf))).toEqual([
      0, 0, 0,
    ]);
    expect((await signIn()).body).toMatchObject({ code: 'invalid_credentials' });
    expect((await auth.refresh(refreshToken)).status).toBe(401);

    const told = await auth.eventsAbout(ada.userId);
    expect(told.find(({ type }) => type === 'account.secured')).toMatchObject({
      actor: ada.userId,
      data: { factors: [{ kind: 'totp' }], identities: [{ authType: 'idp' }], consents: 0 },
    });
    expect(told.filter(({ type }) => type === 'session.ended').at(-1)?.data).toMatchObject({ reason: 'secured' });
    const request = told.find(({ type }) => type === 'password_reset.requested');
    const path = `/internal/password-resets/${request?.data.requestId}/secret`;
    const { body } = await auth.ask('POST', path, { from: 'notification' });
    const reset = (password: string) =>
      auth.ask('POST', '/v1/password/reset', { body: { token: body.token, password } });
    expect((await reset(ada.password)).body).toMatchObject({ code: 'weak_password' });
    expect((await reset('another long password')).status).toBe(200);
  });

  it('leaves what was there before', async () => {
    await linkIdentity();
    const { actor } = await auth.signIn(ada);
    await addTotp(actor);
    await Promise.all([age('totp_factors'), age('identities'), age('recovery_codes')]);
    expect((await secure(await tokenOf())).body).toMatchObject({ removed: { factors: 0, identities: 0 } });
    expect(await Promise.all((['totp_factors', 'identities', 'recovery_codes'] as const).map(rowsOf))).toEqual([
      1, 1, 10,
    ]);
  });

  it('takes back recovery codes that somebody made since, and an authenticator app that is not confirmed yet', async () => {
    const { actor } = await auth.signIn(ada);
    await addTotp(actor);
    await age('totp_factors');
    await auth.ask('POST', '/v1/mfa/totp', { actor, body: { name: 'Another' } });
    await secure(await tokenOf());
    expect(await Promise.all((['totp_factors', 'recovery_codes'] as const).map(rowsOf))).toEqual([1, 0]);
  });

  it('works once, of any number who say so at once', async () => {
    const token = await tokenOf();
    const answers = await Promise.all(Array.from({ length: 20 }, () => secure(token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.filter(({ status }) => status !== 200).map(({ body }) => body.code))).toEqual(
      new Set(['token_invalid']),
    );
  });

  it('400 token_invalid: unknown, over, of another purpose, or of somebody who is disabled by now', async () => {
    const over = await tokenOf();
    await auth.connection.sql`update auth.security_notices set expires_at = now() where user_id = ${ada.userId}`;
    const eve = await auth.register();
    const ofDisabled = await tokenOf(eve);
    await auth.setAccess(eve, false);
    for (const token of ['x'.repeat(32), over, await auth.resetTokenFor(ada.email), ofDisabled]) {
      expect(await secure(token)).toMatchObject({ status: 400, body: { code: 'token_invalid' } });
    }
    expect((await signIn()).status).toBe(201);
  });

  it('works once for all that were sent: what the owner does afterwards is taken back by none of before', async () => {
    const [first, second] = [await tokenOf(), await tokenOf()];
    expect((await secure(first)).status).toBe(200);
    expect(await secure(second)).toMatchObject({ status: 400, body: { code: 'token_invalid' } });
    expect((await secure(await tokenOf())).status).toBe(200);
  });

  it('leaves nothing to finish for whoever had begun it: no password, no factor, no codes', async () => {
    const { actor } = await auth.signIn(ada);
    const pending = (await auth.ask('POST', '/v1/mfa/totp', { actor, body: { name: 'Thief' } })).body;
    await secure(await tokenOf());
    const code = await generate({ secret: String(pending.secret) });
    for (const [method, path, body] of [
      ['PUT', '/v1/password', { password: 'a password of the thief' }],
      ['POST', '/v1/mfa/totp', { name: 'Thief' }],
      ['POST', `/v1/mfa/totp/${pending.id}/confirm`, { code }],
      ['POST', '/v1/mfa/recovery-codes', undefined],
      ['POST', '/v1/api-keys', { name: 'Thief', scopes: ['account.read'] }],
    ] as const) {
      const { status } = await auth.ask(method, path, { actor, ...(body ? { body } : {}) });
      expect([path, status >= 400]).toEqual([path, true]);
    }
    const [credential] = await auth.connection.sql`
      select password_hash from auth.credentials where user_id = ${ada.userId}`;
    expect(credential?.password_hash).toBeNull();
    expect(await Promise.all((['totp_factors', 'recovery_codes'] as const).map(rowsOf))).toEqual([0, 0]);
  });

  it('a link that was used takes back nothing more, and its mail is not sent again', async () => {
    const id = newId();
    await secure((await mint(id)).body.token);
    expect(await mint(id)).toMatchObject({ status: 404 });
  });
});
