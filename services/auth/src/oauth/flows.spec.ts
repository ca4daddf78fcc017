import * as oauth from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { Browser, issuer } from '../testing/browser.ts';
import { begin, exchange, registerClient, relyingParty, tokenRequest } from '../testing/relying-party.ts';

let auth: AuthUnderTest;
const device = 'urn:ietf:params:oauth:grant-type:device_code' as const;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());

const someone = async () => {
  const person = await auth.register();
  const browser = new Browser(auth);
  await browser.signIn(person);
  return { person, browser };
};

const deviceApp = async () => {
  const client = await registerClient(auth, { grantTypes: [device, 'refresh_token'], redirectUris: [] });
  return { client, app: await relyingParty(auth, client) };
};

describe('a pushed request (RFC 9126)', () => {
  it('begins an authorization with nothing in the address but its name, once', async () => {
    const { person, browser } = await someone();
    const app = await relyingParty(auth, await registerClient(auth));
    const begun = await begin(app);
    const parameters = Object.fromEntries(new URL(begun.url).searchParams);
    const pushed = await oauth.buildAuthorizationUrlWithPAR(app, parameters);
    expect([...pushed.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    const answer = await browser.authorize(pushed.href);
    const tokens = await exchange(app, answer, { ...begun, url: pushed.href });
    expect(tokens.claims()?.sub).toBe(person.userId);
    const again = await browser.open(pushed.href);
    expect(again.location.searchParams.get('code')).toBeNull();
  });
});

describe('DPoP (RFC 9449)', () => {
  it('binds tokens to a key: without it they are good for nothing', async () => {
    const { person, browser } = await someone();
    const client = await registerClient(auth);
    const app = await relyingParty(auth, client);
    const DPoP = oauth.getDPoPHandle(app, await oauth.randomDPoPKeyPair());
    const begun = await begin(app);
    const checks = { pkceCodeVerifier: begun.verifier, expectedState: begun.state, expectedNonce: begun.nonce };
    const answer = await browser.authorize(begun.url);
    const tokens = await oauth.authorizationCodeGrant(app, answer, checks, undefined, { DPoP });
    expect(tokens.token_type).toBe('dpop');
    const known = await oauth.fetchUserInfo(app, tokens.access_token, person.userId, { DPoP });
    expect(known.sub).toBe(person.userId);
    const stolen = oauth.getDPoPHandle(app, await oauth.randomDPoPKeyPair());
    await expect(oauth.fetchUserInfo(app, tokens.access_token, person.userId)).rejects.toThrow();
    await expect(oauth.fetchUserInfo(app, tokens.access_token, person.userId, { DPoP: stolen })).rejects.toThrow();
  });
});

describe('a device (RFC 8628)', () => {
  it('is let in by whoever types its code into a browser and agrees', async () => {
    const { person, browser } = await someone();
    const { app } = await deviceApp();
    const begun = await oauth.initiateDeviceAuthorization(app, { scope: 'openid email' });
    expect(begun.verification_uri).toBe(`${issuer}/oidc/device`);
    expect(await (await browser.connectDevice(begun.user_code)).text()).toContain('Your device is connected');
    const tokens = await oauth.pollDeviceAuthorizationGrant(app, { ...begun, interval: 0.1 });
    expect(tokens.claims()?.sub).toBe(person.userId);
    expect(await oauth.fetchUserInfo(app, tokens.access_token, person.userId)).toMatchObject({
      email: person.email.toLowerCase(),
    });
  });

  it('waits until then, and is told so', async () => {
    const { client, app } = await deviceApp();
    const { device_code } = await oauth.initiateDeviceAuthorization(app, { scope: 'openid' });
    const form = { grant_type: device, device_code };
    expect((await tokenRequest(auth, client, form)).body).toMatchObject({ error: 'authorization_pending' });
  });

  it('is refused by whoever says that it is not theirs', async () => {
    const { browser } = await someone();
    const { client, app } = await deviceApp();
    const { device_code, user_code } = await oauth.initiateDeviceAuthorization(app, { scope: 'openid' });
    await browser.connectDevice(user_code, { abort: 'yes' });
    const form = { grant_type: device, device_code };
    expect((await tokenRequest(auth, client, form)).body).toMatchObject({ error: 'access_denied' });
  });

  it('is let in by one person, once: its code works in no second browser (N21)', async () => {
    const { person, browser } = await someone();
    const { app } = await deviceApp();
    const begun = await oauth.initiateDeviceAuthorization(app, { scope: 'openid' });
    await browser.connectDevice(begun.user_code);
    const second = (await someone()).browser;
    expect(await (await second.connectDevice(begun.user_code)).text()).toContain('That did not work');
    const tokens = await oauth.pollDeviceAuthorizationGrant(app, { ...begun, interval: 0.1 });
    expect(tokens.claims()?.sub).toBe(person.userId);
  });

  it('a form from another site lets nothing in: it has to be the one that this browser was shown', async () => {
    const { browser } = await someone();
    const { client, app } = await deviceApp();
    const { device_code, user_code } = await oauth.initiateDeviceAuthorization(app, { scope: 'openid' });
    const other = (await someone()).browser;
    const page = await (await other.request('GET', '/oidc/device')).text();
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const posted = await browser.request('POST', '/oidc/device', { form: { xsrf, user_code, confirm: 'yes' } });
    expect(posted.headers.get('location')).toBeNull();
    const form = { grant_type: device, device_code };
    expect((await tokenRequest(auth, client, form)).body).toMatchObject({ error: 'authorization_pending' });
  });
});

it('whoever posts to a page that they were not shown is told so, in any browser (N25)', async () => {
  for (const browser of [new Browser(auth), (await someone()).browser]) {
    for (const path of ['/oidc/device', '/oidc/logout/confirm']) {
      for (const form of [{}, { xsrf: '', user_code: 'x' }, { xsrf: 'x', logout: 'yes' }]) {
        const { status } = await browser.request('POST', path, { form });
        expect([path, status]).toEqual([path, 400]);
      }
    }
    expect((await browser.open('/oidc/auth/made-up')).response.status).toBe(400);
    expect((await browser.open('/oidc/device/made-up')).response.status).toBe(400);
  }
});

it('what cannot be answered just now may be asked again, and nobody is told why', async () => {
  const client = await registerClient(auth);
  const app = await relyingParty(auth, client);
  const { url } = await begin(app);
  await auth.connection.sql.begin(async (tx) => {
    await tx`lock table auth.oauth_clients in access exclusive mode`;
    const [page, tokens] = await Promise.all([
      new Browser(auth).request('GET', url),
      tokenRequest(auth, client, { grant_type: 'client_credentials' }),
    ]);
    expect([page.status, tokens.status]).toEqual([503, 503]);
    expect(tokens.body).toEqual({ error: 'temporarily_unavailable', error_description: expect.any(String) });
  });
});

describe('a token', () => {
  const tokensFor = async () => {
    const { person, browser } = await someone();
    const client = await registerClient(auth);
    const app = await relyingParty(auth, client);
    const begun = await begin(app);
    const tokens = await exchange(app, await browser.authorize(begun.url), begun);
    return { person, browser, client, app, tokens };
  };

  it('is explained to the application that has it, and to no other (RFC 7662)', async () => {
    const { person, client, app, tokens } = await tokensFor();
    expect(await oauth.tokenIntrospection(app, tokens.access_token)).toMatchObject({
      active: true,
      sub: person.userId,
      client_id: client.id,
      iss: issuer,
      acr: 'aal1',
    });
    const other = await relyingParty(auth, await registerClient(auth));
    expect(await oauth.tokenIntrospection(other, tokens.access_token)).toEqual({ active: false });
    expect(await oauth.tokenIntrospection(app, 'made up')).toEqual({ active: false });
  });

  it('that is given back works no more, and with a refresh token goes all the rest (RFC 7009)', async () => {
    const { person, app, tokens } = await tokensFor();
    await oauth.tokenRevocation(app, String(tokens.refresh_token));
    await expect(oauth.refreshTokenGrant(app, String(tokens.refresh_token))).rejects.toThrow();
    await expect(oauth.fetchUserInfo(app, tokens.access_token, person.userId)).rejects.toThrow();
  });

  it('that comes back with another’s secret is not taken back', async () => {
    const { app, tokens } = await tokensFor();
    const other = await relyingParty(auth, await registerClient(auth));
    await oauth.tokenRevocation(other, String(tokens.refresh_token)).catch(() => undefined);
    expect((await oauth.refreshTokenGrant(app, String(tokens.refresh_token))).access_token).toEqual(expect.any(String));
  });
});

describe('signing out at the wish of an application', () => {
  const signedInAt = async () => {
    const { person, browser } = await someone();
    const postLogoutRedirectUris = ['https://app.example/bye'];
    const client = await registerClient(auth, { postLogoutRedirectUris });
    const app = await relyingParty(auth, client);
    const begun = await begin(app);
    const tokens = await exchange(app, await browser.authorize(begun.url), begun);
    return { person, browser, app, tokens };
  };

  const confirm = async (browser: Browser, url: URL, more: Readonly<Record<string, string>>) => {
    const page = await (await browser.request('GET', url.href)).text();
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
    return browser.request('POST', '/oidc/logout/confirm', { form: { xsrf, ...more } });
  };

  it('ends our session and everything that hangs on it, once the person agrees', async () => {
    const { browser, app, tokens } = await signedInAt();
    const url = oauth.buildEndSessionUrl(app, {
      id_token_hint: String(tokens.id_token),
      post_logout_redirect_uri: 'https://app.example/bye',
      state: 'there',
    });
    const answer = await confirm(browser, url, { logout: 'yes' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, 'https://app.example/bye?state=there']);
    expect(browser.cookies.filter(({ name }) => name.includes('refresh'))).toEqual([]);
    expect((await auth.ask('GET', '/v1/sessions', { actor: browser.actor })).body.items).toEqual([]);
    await expect(oauth.refreshTokenGrant(app, String(tokens.refresh_token))).rejects.toThrow();
  });

  it('takes no second factor, though one is wanted', async () => {
    const { person, browser, app } = await signedInAt();
    auth.world.needSecondFactor.add(person.userId);
    await confirm(browser, oauth.buildEndSessionUrl(app), { logout: 'yes' });
    expect(browser.cookies.filter(({ name }) => name.includes('refresh'))).toEqual([]);
    expect((await auth.ask('GET', '/v1/sessions', { actor: browser.actor })).body.items).toEqual([]);
  });

  it('changes nothing for whoever says no', async () => {
    const { browser, app } = await signedInAt();
    await confirm(browser, oauth.buildEndSessionUrl(app), {});
    expect((await auth.ask('GET', '/v1/sessions', { actor: browser.actor })).body.items).toHaveLength(1);
  });

  it('changes nothing without the form that this browser was shown', async () => {
    const { browser } = await signedInAt();
    const forged = await browser.request('POST', '/oidc/logout/confirm', { form: { xsrf: 'x', logout: 'yes' } });
    expect(forged.status).toBe(400);
    expect((await auth.ask('GET', '/v1/sessions', { actor: browser.actor })).body.items).toHaveLength(1);
  });

  it('leads to no address that was not registered', async () => {
    const { browser, app, tokens } = await signedInAt();
    const url = oauth.buildEndSessionUrl(app, {
      id_token_hint: String(tokens.id_token),
      post_logout_redirect_uri: 'https://evil.example/',
    });
    expect((await browser.request('GET', url.href)).status).toBe(400);
  });
});

describe('the metadata', () => {
  it('tells the truth about what there is and where', async () => {
    const { body } = await auth.ask('GET', '/.well-known/openid-configuration');
    expect(body).toMatchObject({
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      authorization_endpoint: `${issuer}/oidc/auth`,
      token_endpoint: `${issuer}/oidc/token`,
      userinfo_endpoint: `${issuer}/oidc/userinfo`,
      pushed_authorization_request_endpoint: `${issuer}/oidc/par`,
      device_authorization_endpoint: `${issuer}/oidc/device/code`,
      introspection_endpoint: `${issuer}/oidc/introspect`,
      revocation_endpoint: `${issuer}/oidc/revoke`,
      end_session_endpoint: `${issuer}/oidc/logout`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      id_token_signing_alg_values_supported: ['ES256'],
      authorization_response_iss_parameter_supported: true,
      acr_values_supported: ['aal1', 'aal2'],
    });
    expect(JSON.stringify(body)).not.toMatch(/implicit|HS256|client_secret_jwt|form_post/);
    expect((await auth.ask('GET', '/.well-known/oauth-authorization-server')).body).toEqual(body);
  });

  it('a new key signs what applications are given from its first moment, and the old one stays to be verified by', async () => {
    const { browser } = await someone();
    const app = await relyingParty(auth, await registerClient(auth));
    const before = await begin(app);
    const first = await exchange(app, await browser.authorize(before.url), before);
    const { actor } = browser;
    if (actor) auth.grant(actor, 'keys.manage');
    const { id } = (await auth.ask('POST', '/v1/keys/rotate', { actor })).body;
    const after = await begin(app);
    const second = await exchange(app, await browser.authorize(after.url), after);
    const kidOf = (token: string | undefined) =>
      JSON.parse(Buffer.from(token?.split('.')[0] ?? '', 'base64url').toString()).kid;
    expect(kidOf(second.id_token)).toBe(id);
    expect(kidOf(first.id_token)).not.toBe(id);
    const keys = (await auth.ask('GET', '/.well-known/jwks.json')).body.keys as { kid: string }[];
    expect(keys.map(({ kid }) => kid)).toEqual(expect.arrayContaining([kidOf(first.id_token), id]));
    const logout = oauth.buildEndSessionUrl(app, { id_token_hint: String(first.id_token) });
    expect((await browser.request('GET', logout.href)).status).toBe(200);
  });
});
