import { randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import * as oauth from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { Browser, issuer } from '../testing/browser.ts';
import { begin, callback, exchange, registerClient, relyingParty, tokenRequest } from '../testing/relying-party.ts';

let auth: AuthUnderTest;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());

const device = 'urn:ietf:params:oauth:grant-type:device_code' as const;
const everyGrant = ['authorization_code', 'refresh_token', 'client_credentials', device] as const;
const api = 'https://api.example/';

/** A client with all that there is, and a valid request to each endpoint at which it proves itself. */
const confidential = async () => {
  const client = await registerClient(auth, { grantTypes: [...everyGrant], resources: [api] });
  const app = await relyingParty(auth, client);
  const browser = new Browser(auth);
  await browser.signIn(await auth.register());
  const begun = await begin(app);
  const code = (await browser.authorize(begun.url)).searchParams.get('code') ?? '';
  const second = await begin(app);
  const tokens = await exchange(app, await browser.authorize(second.url), second);
  const begunDevice = await oauth.initiateDeviceAuthorization(app, { scope: 'openid' });
  await browser.connectDevice(begunDevice.user_code);
  const requests: Readonly<Record<string, readonly [string, Record<string, string>]>> = {
    code: [
      '/oidc/token',
      { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: begun.verifier },
    ],
    'refresh token': ['/oidc/token', { grant_type: 'refresh_token', refresh_token: String(tokens.refresh_token) }],
    'client credentials': ['/oidc/token', { grant_type: 'client_credentials', resource: api }],
    'device code': ['/oidc/token', { grant_type: device, device_code: begunDevice.device_code }],
    'device authorization': ['/oidc/device/code', { scope: 'openid' }],
    'pushed request': ['/oidc/par', Object.fromEntries(new URL((await begin(app)).url).searchParams)],
    introspection: ['/oidc/introspect', { token: tokens.access_token }],
    revocation: ['/oidc/revoke', { token: tokens.access_token }],
  };
  return { client, requests };
};

describe('an application that has a secret proves itself wherever it asks for something (N37)', () => {
  it('with the right one each is carried out', async () => {
    const { client, requests } = await confidential();
    for (const [name, [path, form]] of Object.entries(requests)) {
      const { status } = await tokenRequest(auth, client, form, 'an application', path);
      expect([name, status]).toEqual([name, name === 'pushed request' ? 201 : 200]);
    }
  });

  it.each([
    ['none', undefined],
    ['a wrong one', 'wrong'],
    ['an empty one', ''],
    ['the digest that is kept', 'digest'],
    ['what the provider is shown in its place', 'kept as digests'],
  ])('with %s none is', async (_, presented) => {
    const { client, requests } = await confidential();
    const [row] = await auth.connection.sql`
      select digest from auth.oauth_client_secrets where client_id = ${client.id}`;
    const secret = presented === 'digest' ? String(row?.digest) : presented;
    for (const [name, [path, form]] of Object.entries(requests)) {
      const body = { ...form, client_id: client.id };
      const answer = await tokenRequest(auth, { id: client.id, secret }, body, 'an application', path);
      expect([name, answer.body.access_token, answer.body.active, answer.status < 400]).toEqual([
        name,
        undefined,
        undefined,
        false,
      ]);
    }
  });

  it('with the secret of another application none is', async () => {
    const { client, requests } = await confidential();
    const other = await registerClient(auth);
    for (const [name, [path, form]] of Object.entries(requests)) {
      const answer = await tokenRequest(auth, { ...client, secret: other.secret }, form, 'an application', path);
      expect([name, answer.body.error]).toEqual([name, 'invalid_client']);
    }
  });
});

describe('an application that signs what it sends', () => {
  const signing = async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    const { x = '', y = '' } = await exportJWK(pair.publicKey);
    const key = { kty: 'EC', crv: 'P-256', x, y, kid: 'one', alg: 'ES256', use: 'sig' } as const;
    const jwks = { keys: [key] };
    const client = await registerClient(auth, {
      authMethod: 'private_key_jwt',
      jwks,
      grantTypes: ['client_credentials'],
      redirectUris: [],
      resources: [api],
    });
    const assertion = (alg: string, key: CryptoKey | Uint8Array, jti: string = randomUUID()) =>
      new SignJWT({ jti })
        .setProtectedHeader({ alg, kid: 'one' })
        .setIssuer(client.id)
        .setSubject(client.id)
        .setAudience(issuer)
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(key);
    const present = (client_assertion: string) =>
      tokenRequest(auth, undefined, {
        grant_type: 'client_credentials',
        resource: api,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion,
      });
    return { pair, jwks, client, assertion, present };
  };

  it('gets tokens, for itself and nobody else', async () => {
    const { pair, client } = await signing();
    const app = await relyingParty(auth, client, oauth.PrivateKeyJwt({ key: pair.privateKey, kid: 'one' }));
    const { access_token } = await oauth.clientCredentialsGrant(app, { resource: api });
    const claims = JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ sub: client.id, client_id: client.id, aud: api, iss: issuer });
    expect(claims.sid).toBeUndefined();
  });

  it('an assertion works once, however many present it together (N11)', async () => {
    const { pair, assertion, present } = await signing();
    const one = await assertion('ES256', pair.privateKey);
    const answers = await Promise.all(Array.from({ length: 20 }, () => present(one)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('no other algorithm is believed, nor the public key as a secret (N34)', async () => {
    const { pair, jwks, assertion, present } = await signing();
    const asSecret = Buffer.from(JSON.stringify(jwks.keys[0]));
    const other = await generateKeyPair('ES256');
    const rsa = await generateKeyPair('RS256');
    const valid = await assertion('ES256', pair.privateKey);
    const [, payload = ''] = valid.split('.');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    const forged = [
      await assertion('HS256', asSecret),
      await assertion('RS256', rsa.privateKey),
      await assertion('ES256', other.privateKey),
      none,
      none.replace('none', 'NONE'),
    ];
    for (const one of forged) expect((await present(one)).status).toBeGreaterThanOrEqual(400);
    expect((await present(valid)).status).toBe(200);
  });
});

describe('an application without a secret', () => {
  it('needs none, and gets nothing for itself', async () => {
    const client = await registerClient(auth, { authMethod: 'none' });
    const app = await relyingParty(auth, client, oauth.None());
    const browser = new Browser(auth);
    await browser.signIn(await auth.register());
    const begun = await begin(app);
    const tokens = await exchange(app, await browser.authorize(begun.url), begun);
    expect((await oauth.refreshTokenGrant(app, String(tokens.refresh_token))).access_token).toEqual(expect.any(String));
    const form = { grant_type: 'client_credentials', client_id: client.id };
    expect((await tokenRequest(auth, undefined, form)).body.access_token).toBeUndefined();
  });

  it('loses all that it holds when a refresh token of it comes a second time', async () => {
    const client = await registerClient(auth, { authMethod: 'none' });
    const app = await relyingParty(auth, client, oauth.None());
    const browser = new Browser(auth);
    await browser.signIn(await auth.register());
    const begun = await begin(app);
    const { refresh_token } = await exchange(app, await browser.authorize(begun.url), begun);
    const refresh = (token: unknown, userAgent?: string) => {
      const form = { grant_type: 'refresh_token', refresh_token: String(token), client_id: client.id };
      return tokenRequest(auth, undefined, form, userAgent);
    };
    const next = await refresh(refresh_token);
    expect(next.status).toBe(200);
    expect((await refresh(refresh_token, 'a thief')).body).toMatchObject({ error: 'invalid_grant' });
    expect((await refresh(next.body.refresh_token)).body).toMatchObject({ error: 'invalid_grant' });
  });
});

describe('an application', () => {
  it('gets nothing by a grant that it was not registered for', async () => {
    const refused = { status: 400, body: { error_description: 'requested grant type is not allowed for this client' } };
    const forItself = { grant_type: 'client_credentials', resource: api };
    const forPeople = { grant_type: 'authorization_code', code: 'x'.repeat(43), redirect_uri: callback };
    const ofPeople = await registerClient(auth, { resources: [api] });
    expect(await tokenRequest(auth, ofPeople, forItself)).toMatchObject(refused);
    const alone = await registerClient(auth, {
      grantTypes: ['client_credentials'],
      redirectUris: [],
      resources: [api],
    });
    expect((await tokenRequest(auth, alone, forItself)).status).toBe(200);
    expect(await tokenRequest(auth, alone, forPeople)).toMatchObject(refused);
  });

  it('gets no scope that it was not registered for', async () => {
    const app = await relyingParty(auth, await registerClient(auth, { scopes: ['openid', 'profile'] }));
    const browser = new Browser(auth);
    await browser.signIn(await auth.register());
    const { location } = await browser.open((await begin(app, { scope: 'openid email' })).url);
    expect(location.searchParams.get('error')).toBe('invalid_scope');
  });
});

describe('what OAuth 2.1 has left behind', () => {
  it.each(['token', 'id_token', 'code id_token', 'none'])('response_type=%s gives nothing', async (response_type) => {
    const app = await relyingParty(auth, await registerClient(auth));
    const browser = new Browser(auth);
    await browser.signIn(await auth.register());
    const { location } = await browser.open((await begin(app, { response_type })).url);
    expect(new URLSearchParams(location.hash.slice(1)).get('access_token')).toBeNull();
    expect(location.pathname).not.toBe('/consent');
  });

  it('there is no grant for a password', async () => {
    const person = await auth.register();
    const client = await registerClient(auth);
    const form = { grant_type: 'password', username: person.username, password: person.password };
    expect((await tokenRequest(auth, client, form)).body).toMatchObject({ error: 'unsupported_grant_type' });
  });

  it('no token is read out of an address', async () => {
    const answer = await auth.ask('GET', '/oidc/userinfo?access_token=anything');
    expect(answer.body).toMatchObject({ error: 'invalid_request' });
  });

  it('whoever speaks for no person gets nothing at this service, by whatever spelling of its address (N35)', async () => {
    const client = await registerClient(auth, {
      resources: [api],
      grantTypes: ['client_credentials'],
      redirectUris: [],
    });
    // As if it had been registered under other rules.
    await auth.connection.sql`
      update auth.oauth_clients set settings = jsonb_set(settings, '{resources}', ${JSON.stringify([api, issuer, `${issuer}/`])}::jsonb)
      where id = ${client.id}`;
    for (const resource of [issuer, `${issuer}/`, 'https://other.example/', 'not an address']) {
      const form = { grant_type: 'client_credentials', resource };
      expect((await tokenRequest(auth, client, form)).body).toMatchObject({ error: 'invalid_target' });
    }
  });
});
