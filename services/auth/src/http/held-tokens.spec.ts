import { newApiKey } from '@rollcall/service-kit/api-key-format';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { firstPartyClient } from '@rollcall/types/first-party';
import { impersonationScopes } from '@rollcall/types/route-scopes';
import * as oauth from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { Browser, issuer } from '../testing/browser.ts';
import type { Person } from '../testing/people.ts';
import { begin, exchange, registerClient, relyingParty } from '../testing/relying-party.ts';

let auth: AuthUnderTest;
let asker: Awaited<ReturnType<AuthUnderTest['signIn']>>['actor'];

beforeAll(async () => {
  auth = await startAuthUnderTest();
  ({ actor: asker } = await auth.signIn(await auth.register()));
  auth.grant(asker, 'tokens.introspect');
});
afterAll(() => auth.stop());

const form = (what: 'introspect' | 'revoke', token: string, actor = asker) =>
  auth.ask('POST', `/v1/tokens/${what}`, {
    actor,
    rawBody: String(new URLSearchParams({ token, token_type_hint: 'access_token', client_id: 'read by nobody' })),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
const introspect = async (token: string) => (await form('introspect', token)).body;
const revoke = async (token: string) => expect(await form('revoke', token)).toMatchObject({ status: 200, body: {} });
const over = { active: false };

const keyOf = async (person: Person) => {
  const { actor } = await auth.signIn(person);
  const body = { name: 'Nightly report', scopes: ['access.read', 'users.read'] };
  const made = await auth.ask('POST', '/v1/api-keys', { actor, body });
  return { id: String(made.body.id), key: String(made.body.key) };
};

const api = 'https://api.example/';

/** Somebody who has let an application in, for an API or for nothing but who they are. */
const letIn = async (resource?: string, scope = 'openid account.read', more: Readonly<Record<string, string>> = {}) => {
  const person = await auth.register();
  const browser = new Browser(auth);
  await browser.signIn(person);
  const client = await registerClient(auth, {
    resources: [issuer, api],
    scopes: ['openid', 'email', 'offline_access', 'account.read'],
  });
  const app = await relyingParty(auth, client);
  const at: Record<string, string> = resource === undefined ? {} : { resource };
  const begun = await begin(app, { scope, ...at, ...more });
  const tokens = await exchange(app, await browser.authorize(begun.url), begun, at);
  return { person, browser, client, app, token: tokens.access_token, refreshToken: String(tokens.refresh_token) };
};

const updated = async (clientId: string, body: Readonly<Record<string, unknown>>) => {
  const { actor } = await auth.signIn(await auth.register());
  auth.grant(actor, 'clients.manage');
  expect((await auth.ask('PATCH', `/v1/oauth/clients/${clientId}`, { actor, body })).status).toBe(200);
};

describe('a session', () => {
  it('is told by either of its tokens, and ends with either', async () => {
    const person = await auth.register();
    for (const given of ['accessToken', 'refreshToken'] as const) {
      const { actor, ...tokens } = await auth.signIn(person);
      const known = { iss: issuer, sub: person.userId, sid: actor.sessionId, client_id: firstPartyClient };
      const proof = { auth_time: actor.authenticatedAt, acr: 'aal1', amr: ['pwd'] };
      expect(await introspect(tokens.refreshToken)).toEqual({
        ...{ active: true, token_kind: 'refresh_token' },
        ...known,
        ...proof,
      });
      expect(await introspect(tokens.accessToken)).toEqual({
        ...{ active: true, token_kind: 'access_token', token_type: 'Bearer', aud: issuer, jti: actor.tokenId },
        ...{ exp: expect.any(Number), iat: expect.any(Number) },
        ...known,
        ...proof,
      });
      await revoke(tokens[given]);
      expect(await introspect(tokens.accessToken)).toEqual(over);
      expect(await introspect(tokens.refreshToken)).toEqual(over);
      expect((await auth.refresh(tokens.refreshToken)).status).toBe(401);
      expect((await auth.eventsAbout(person.userId)).at(-1)).toMatchObject({
        type: 'session.ended',
        actor: asker.userId,
        data: { sessionId: actor.sessionId, reason: 'token_revoked' },
      });
    }
  });

  it('of whoever looks at an account says so, and is over once they have signed out', async () => {
    const [ada, helper] = [await auth.register(), await auth.signIn(await auth.register())];
    auth.grant(helper.actor, 'users.impersonate');
    const body = { reason: 'Ada cannot find her invitation.' };
    const looked = await auth.ask('POST', `/v1/users/${ada.userId}/impersonate`, { actor: helper.actor, body });
    const token = String(looked.body.accessToken);
    expect(await introspect(token)).toMatchObject({
      ...{ active: true, sub: ada.userId, scope: impersonationScopes.join(' ') },
      act: { sub: helper.actor.userId },
    });
    await auth.ask('DELETE', '/v1/sessions/current', { actor: helper.actor });
    expect(await introspect(token)).toEqual(over);
  });

  it('of whoever looks at an account is over with their right to', async () => {
    const [ada, helper] = [await auth.register(), await auth.signIn(await auth.register())];
    auth.grant(helper.actor, 'users.impersonate');
    const body = { reason: 'Ada cannot find her invitation.' };
    const looked = await auth.ask('POST', `/v1/users/${ada.userId}/impersonate`, { actor: helper.actor, body });
    const isActive = async () => (await introspect(String(looked.body.accessToken))).active;
    auth.world.cannotActAs.add(ada.userId);
    expect(await isActive()).toBe(false);
    auth.world.cannotActAs.delete(ada.userId);
    expect(await isActive()).toBe(true);
    auth.withdraw(helper.actor, 'users.impersonate');
    expect(await isActive()).toBe(false);
  });

  it('without the second factor that is wanted is not good, and ends all the same', async () => {
    for (const given of ['accessToken', 'refreshToken'] as const) {
      const person = await auth.register();
      const tokens = await auth.signIn(person);
      auth.world.needSecondFactor.add(person.userId);
      expect(await introspect(tokens[given])).toEqual(over);
      await revoke(tokens[given]);
      expect((await auth.refresh(tokens.refreshToken)).status).toBe(401);
    }
  });

  it('that was signed out, or of a person who is shut out, is over', async () => {
    const [gone, shut] = [await auth.register(), await auth.register()];
    const signedOut = await auth.signIn(gone);
    await auth.ask('DELETE', '/v1/sessions/current', { actor: signedOut.actor });
    expect(await introspect(signedOut.accessToken)).toEqual(over);
    const { accessToken, refreshToken } = await auth.signIn(shut);
    await auth.setAccess(shut, false);
    expect(await introspect(accessToken)).toEqual(over);
    expect(await introspect(refreshToken)).toEqual(over);
  });

  it('is not told by a refresh token that was used', async () => {
    const { refreshToken } = await auth.signIn(await auth.register());
    await auth.refresh(refreshToken);
    expect(await introspect(refreshToken)).toEqual(over);
  });
});

describe('a key', () => {
  it('says whose it is and what for, and ends alone', async () => {
    const person = await auth.register();
    const [one, other] = [await keyOf(person), await keyOf(person)];
    expect(await introspect(one.key)).toEqual({
      ...{ active: true, token_kind: 'api_key', token_type: 'Bearer', iss: issuer },
      ...{ sub: person.userId, scope: 'access.read users.read', exp: expect.any(Number), jti: one.id },
    });
    await revoke(one.key);
    expect(await introspect(one.key)).toEqual(over);
    expect(await introspect(other.key)).toMatchObject({ active: true });
    expect((await auth.eventsAbout(person.userId)).at(-1)).toMatchObject({
      type: 'api_key.revoked',
      actor: asker.userId,
      data: { keyId: one.id, reason: 'revoked' },
    });
    expect(await auth.connection.sql`select kind from auth.revocations where value = ${one.id}`).toHaveLength(1);
  });
});

describe('what an application has', () => {
  it('for our own routes is told without itself, and ends alone, for the gateways at once', async () => {
    const { person, client, token, refreshToken } = await letIn(issuer);
    const told = await introspect(token);
    expect(told).toEqual({
      ...{ active: true, token_kind: 'access_token', token_type: 'Bearer', iss: issuer, aud: issuer },
      ...{ sub: person.userId, client_id: client.id, scope: 'account.read', sid: expect.any(String) },
      ...{ exp: expect.any(Number), iat: expect.any(Number), auth_time: expect.any(Number) },
      ...{ acr: 'aal1', amr: ['pwd'] },
    });
    const { tokenId } = (
      await auth.ask('POST', '/internal/tokens/holder', {
        from: 'gateway',
        body: { kind: 'oauth_token', digest: digestOf(token) },
      })
    ).body.holder as { tokenId: string };
    await revoke(token);
    expect(await introspect(token)).toEqual(over);
    expect(await auth.connection.sql`select kind from auth.revocations where value = ${tokenId}`).toHaveLength(1);
    expect(await introspect(refreshToken)).toMatchObject({ active: true, token_kind: 'refresh_token' });
  });

  it('to ask for more with takes all of its grant with it', async () => {
    const { app, token, refreshToken } = await letIn(issuer);
    await revoke(refreshToken);
    expect(await introspect(refreshToken)).toEqual(over);
    expect(await introspect(token)).toEqual(over);
    await expect(oauth.refreshTokenGrant(app, refreshToken)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('for another API is told as it says, and ends for whoever asks', async () => {
    const { person, client, token, refreshToken } = await letIn(api);
    expect(await introspect(token)).toMatchObject({
      ...{ active: true, token_kind: 'access_token', sub: person.userId, client_id: client.id },
      ...{ aud: api, scope: 'account.read', amr: ['pwd'] },
    });
    expect(await introspect(token)).not.toHaveProperty('stands_on');
    await revoke(token);
    await revoke(token);
    expect(await introspect(token)).toEqual(over);
    expect(await introspect(refreshToken)).toMatchObject({ active: true });
    const jti = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).jti;
    expect(await auth.connection.sql`select from auth.revocations where value = ${jti}`).toHaveLength(1);
  });

  it.each([issuer, api, undefined])('ends with the sign-in, if it was for that time (%s)', async (resource) => {
    const { browser, token, refreshToken } = await letIn(resource, 'openid email account.read');
    expect(await introspect(token)).toMatchObject({ active: true });
    await browser.request('DELETE', '/v1/sessions/current');
    expect(await introspect(token)).toEqual(over);
    expect(await introspect(refreshToken)).toEqual(over);
  });

  it('for longer ends with the consent', async () => {
    const scope = 'openid offline_access account.read';
    const { person, browser, token, refreshToken } = await letIn(api, scope, { prompt: 'consent' });
    await browser.request('DELETE', '/v1/sessions/current');
    expect(await introspect(token)).toMatchObject({ active: true });
    const { actor } = await auth.signIn(person);
    const { items } = (await auth.ask('GET', '/v1/oauth/consents', { actor })).body as { items: { id: string }[] };
    await auth.ask('DELETE', `/v1/oauth/consents/${items[0]?.id}`, { actor });
    expect(await introspect(token)).toEqual(over);
    expect(await introspect(refreshToken)).toEqual(over);
  });

  it.each([
    ['is disabled', { enabled: false }],
    ['may not do that any more', { scopes: ['openid'] }],
    ['is not for that API any more', { resources: [issuer] }],
  ])('for another API ends when the application %s', async (_, body) => {
    const { client, token } = await letIn(api);
    await updated(client.id, body);
    expect(await introspect(token)).toEqual(over);
  });

  it('to ask for more with is not good while the application is disabled, and ends all the same', async () => {
    const { app, client, refreshToken } = await letIn(issuer);
    const enable = (enabled: boolean) => updated(client.id, { enabled });
    await enable(false);
    expect(await introspect(refreshToken)).toEqual(over);
    await revoke(refreshToken);
    await enable(true);
    await expect(oauth.refreshTokenGrant(app, refreshToken)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('is over as long as anything ends it, whichever of several is taken back (N31)', async () => {
    const { person, browser, client, refreshToken } = await letIn(issuer);
    const isActive = async () => (await introspect(refreshToken)).active;
    const enable = (enabled: boolean) => updated(client.id, { enabled });
    const owe = async (owes: boolean) => auth.world.needSecondFactor[owes ? 'add' : 'delete'](person.userId);
    const seen: unknown[] = [];
    for (const step of [
      () => owe(true),
      () => enable(false),
      () => owe(false),
      () => enable(true),
      () => enable(false),
      () => owe(true),
      () => enable(true),
      () => owe(false),
      () => browser.request('DELETE', '/v1/sessions/current'),
    ]) {
      await step();
      seen.push(await isActive());
    }
    expect(seen).toEqual([false, false, false, true, false, false, false, true, false]);
  });

  it('to ask for more with ends where the application may know less of people', async () => {
    const scope = 'openid email offline_access';
    const { app, client, refreshToken } = await letIn(undefined, scope, { prompt: 'consent' });
    await updated(client.id, { name: 'Another name', resources: [issuer] });
    const { refresh_token: next } = await oauth.refreshTokenGrant(app, refreshToken);
    await updated(client.id, { scopes: ['openid', 'offline_access'] });
    const refused = { error: 'invalid_grant' };
    await expect(oauth.refreshTokenGrant(app, String(next))).rejects.toMatchObject(refused);
    expect(await introspect(String(next))).toEqual(over);
  });

  it.each([
    ['signed', { resource: api }],
    ['kept', {}],
  ])('in its own name is told and ends, %s', async (_, parameters) => {
    const client = await registerClient(auth, {
      ...{ resources: [api], scopes: ['account.read'], redirectUris: [], grantTypes: ['client_credentials'] },
    });
    const { access_token: token } = await oauth.clientCredentialsGrant(await relyingParty(auth, client), parameters);
    expect(await introspect(token)).toMatchObject({ active: true, sub: client.id, client_id: client.id });
    await revoke(token);
    expect(await introspect(token)).toEqual(over);
  });
});

describe('what is not ours', () => {
  it('is not active, and nothing else is told; giving it back is no mistake', async () => {
    const { accessToken } = await auth.signIn(await auth.register());
    const [head, payload, signature] = accessToken.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
    const strange = ['x', 'a.b.c', '..', `${none}.${payload}.`, `${head}.${payload}.${signature?.slice(2)}AA`];
    for (const token of [...strange, newApiKey('person'), 'rollcall_pat_mistyped', 'x'.repeat(43), 'é'.repeat(8_000)]) {
      expect(await form('introspect', token)).toMatchObject({ status: 200, body: over });
      expect(Object.keys(await introspect(token))).toEqual(['active']);
      await revoke(token);
    }
  });

  it('is an ID token, which is none to present anywhere', async () => {
    const { app, refreshToken } = await letIn();
    const { id_token: idToken } = await oauth.refreshTokenGrant(app, refreshToken);
    expect(await introspect(String(idToken))).toEqual(over);
  });
});

describe('whoever asks', () => {
  it('is refused what is too long, is no form, or names no token, or two', async () => {
    expect((await form('introspect', 'x'.repeat(8_193))).status).toBe(400);
    const body = { token: 'x' };
    expect((await auth.ask('POST', '/v1/tokens/introspect', { actor: asker, body })).status).toBe(415);
    for (const rawBody of ['', 'token=', 'token=x&token=y']) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      expect((await auth.ask('POST', '/v1/tokens/revoke', { actor: asker, rawBody, headers })).status).toBe(400);
    }
  });

  it('holds the permission, and with a key has the scope', async () => {
    const { actor } = await auth.signIn(await auth.register());
    expect((await form('introspect', 'x', actor)).body.code).toBe('forbidden');
    const withKey = (scopes: string[]) => form('revoke', 'x', { ...asker, scopes });
    expect((await withKey(['access.read'])).body.code).toBe('insufficient_scope');
    expect((await withKey(['tokens.introspect'])).status).toBe(200);
  });
});
