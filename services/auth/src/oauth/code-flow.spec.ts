import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import * as oauth from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { Browser, issuer } from '../testing/browser.ts';
import { begin, callback, exchange, registerClient, relyingParty } from '../testing/relying-party.ts';

let auth: AuthUnderTest;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());

const signedIn = async () => {
  const person = await auth.register();
  const browser = new Browser(auth);
  await browser.signIn(person);
  return { person, browser };
};

describe('an application with a code and PKCE', () => {
  it('gets an ID token, an access token and a refresh token for whoever consents', async () => {
    const { person, browser } = await signedIn();
    const app = await relyingParty(auth, await registerClient(auth));
    const begun = await begin(app);
    const answer = await browser.authorize(begun.url);
    expect(answer.origin + answer.pathname).toBe(callback);
    expect(answer.searchParams.get('iss')).toBe(issuer);
    const tokens = await exchange(app, answer, begun);
    expect(tokens.claims()).toMatchObject({ sub: person.userId, iss: issuer, acr: 'aal1', amr: ['pwd'] });
    const known = await oauth.fetchUserInfo(app, tokens.access_token, person.userId);
    expect(known).toEqual({
      sub: person.userId,
      preferred_username: person.username.toLowerCase(),
      email: person.email.toLowerCase(),
      email_verified: true,
    });
    const refreshed = await oauth.refreshTokenGrant(app, String(tokens.refresh_token));
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
    expect(await oauth.fetchUserInfo(app, refreshed.access_token, person.userId)).toEqual(known);
  });

  it('gets a token for an API that it was registered with, signed as ours are', async () => {
    const { person, browser } = await signedIn();
    const resource = 'https://api.example/';
    const client = await registerClient(auth, { resources: [resource], scopes: ['openid', 'account.read'] });
    const app = await relyingParty(auth, client);
    const begun = await begin(app, { scope: 'openid account.read', resource });
    const tokens = await exchange(app, await browser.authorize(begun.url), begun, { resource });
    const keys = (await auth.ask('GET', '/.well-known/jwks.json')).body as unknown as JSONWebKeySet;
    const { payload, protectedHeader } = await jwtVerify(tokens.access_token, createLocalJWKSet(keys));
    expect(protectedHeader).toMatchObject({ typ: 'at+jwt', alg: 'ES256' });
    expect(payload).toMatchObject({
      iss: issuer,
      aud: resource,
      sub: person.userId,
      client_id: client.id,
      scope: 'account.read',
      acr: 'aal1',
      amr: ['pwd'],
    });
    expect(payload.sid).toEqual(expect.any(String));
    expect(payload.auth_time).toEqual(expect.any(Number));
  });
});
