import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import * as oauth from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { Browser, issuer } from '../testing/browser.ts';
import { begin, exchange, registerClient, relyingParty, tokenRequest } from '../testing/relying-party.ts';

let auth: AuthUnderTest;
let asker: Awaited<ReturnType<AuthUnderTest['signIn']>>['actor'];

beforeAll(async () => {
  auth = await startAuthUnderTest();
  ({ actor: asker } = await auth.signIn(await auth.register()));
  auth.grant(asker, 'tokens.introspect');
  auth.grant(asker, 'clients.manage');
});
afterAll(() => auth.stop());

const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
const [front, middle, back] = ['https://front.example/', 'https://middle.example/', 'https://back.example/'];
const scopes = ['openid', 'offline_access', 'account.read', 'users.read'] as const;

/** Somebody who has let an application use the API in front. */
const letIn = async (scope = 'openid account.read users.read', more: Readonly<Record<string, string>> = {}) => {
  const person = await auth.register();
  const browser = new Browser(auth);
  await browser.signIn(person);
  const client = await registerClient(auth, { resources: [front, issuer], scopes: [...scopes] });
  const app = await relyingParty(auth, client);
  const begun = await begin(app, { scope, resource: front, ...more });
  const tokens = await exchange(app, await browser.authorize(begun.url), begun, { resource: front });
  return { person, browser, client, app, token: tokens.access_token, refreshToken: String(tokens.refresh_token) };
};

/** An API that calls others. */
const api = async (serves: string, calls: string, more: object = {}) => {
  const client = await registerClient(auth, {
    ...{ grantTypes: [grantType], redirectUris: [], serves: [serves], resources: [calls, issuer] },
    scopes: ['account.read', 'users.read', 'activity.read'],
    ...more,
  });
  return { ...client, app: await relyingParty(auth, client) };
};

const trade = (app: oauth.Configuration, token: string, more: Readonly<Record<string, string>> = {}) =>
  oauth.genericGrantRequest(app, grantType, {
    ...{ subject_token: token, subject_token_type: accessToken, resource: middle },
    ...more,
  });

const verify = async (token: string, audience: string) => {
  const keys = (await auth.ask('GET', '/.well-known/jwks.json')).body as unknown as JSONWebKeySet;
  const options = { issuer, audience, typ: 'at+jwt', algorithms: ['ES256'] };
  return (await jwtVerify(token, createLocalJWKSet(keys), options)).payload;
};

const isActive = async (token: string) => {
  const answer = await auth.ask('POST', '/v1/tokens/introspect', {
    actor: asker,
    rawBody: String(new URLSearchParams({ token })),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  return answer.body.active;
};

describe('an API that was given a token', () => {
  it('gets one for the next API, in the name of the same person, and says that it came between', async () => {
    const { person, token } = await letIn();
    const server = await api(front, middle);
    const traded = await trade(server.app, token);
    expect(traded).toMatchObject({
      issued_token_type: accessToken,
      token_type: 'bearer',
      scope: 'account.read users.read',
    });
    expect(traded.refresh_token).toBeUndefined();
    const [before, after] = [await verify(token, front), await verify(traded.access_token, middle)];
    const { sid, auth_time, acr, amr, iss, sub, scope } = before;
    expect(after).toMatchObject({ sid, auth_time, acr, amr, iss, sub, scope });
    expect(after).toMatchObject({ sub: person.userId, client_id: server.id, act: { sub: server.id } });
    expect(after.jti).not.toBe(before.jti);
    expect(Number(after.exp)).toBeLessThanOrEqual(Number(before.exp));
  });

  it('stands with those before it in what the next one gets', async () => {
    const { token } = await letIn();
    const [first, second] = [await api(front, middle), await api(middle, back)];
    const { access_token: once } = await trade(first.app, token);
    const { access_token: twice } = await trade(second.app, once, { resource: back });
    expect((await verify(twice, back)).act).toEqual({ sub: second.id, act: { sub: first.id } });
    expect(await isActive(twice)).toBe(true);
  });

  it('may ask for less, and names the API in either way', async () => {
    const { token } = await letIn();
    const { app } = await api(front, middle);
    expect(await trade(app, token, { scope: 'users.read' })).toMatchObject({ scope: 'users.read' });
    const form = { grant_type: grantType, subject_token: token, subject_token_type: accessToken, audience: middle };
    const client = await api(front, middle);
    expect(await tokenRequest(auth, client, form)).toMatchObject({ status: 200 });
    const jwt = 'urn:ietf:params:oauth:token-type:jwt';
    expect(await tokenRequest(auth, client, { ...form, subject_token_type: jwt })).toMatchObject({ status: 200 });
  });

  it('never gets more than it was given, nor more than it may ask for itself', async () => {
    const { token } = await letIn('openid account.read');
    const { app } = await api(front, middle);
    await expect(trade(app, token, { scope: 'account.read users.read' })).rejects.toMatchObject({
      error: 'invalid_scope',
    });
    await expect(trade(app, token, { scope: 'activity.read' })).rejects.toMatchObject({ error: 'invalid_scope' });
    const modest = await api(front, middle, { scopes: ['users.read'] });
    expect((await trade(modest.app, token)).scope).toBeUndefined();
  });

  it.each([
    ['an API that it is not registered for', { resource: back }],
    ['our own routes', { resource: issuer }],
    ['two APIs', { audience: back }],
    ['itself', { resource: front }],
  ])('gets none for %s', async (_, more) => {
    const { token } = await letIn();
    await expect(trade((await api(front, middle)).app, token, more)).rejects.toMatchObject({ error: 'invalid_target' });
  });
});

describe('what is exchanged', () => {
  it.each([
    [
      'the sign-in',
      async ({ browser }: Awaited<ReturnType<typeof letIn>>) => {
        await browser.request('DELETE', '/v1/sessions/current');
      },
    ],
    ['the grant', async ({ app, refreshToken }) => oauth.tokenRevocation(app, refreshToken)],
    [
      'the consent',
      async ({ person }) => {
        const { actor } = await auth.signIn(person);
        const { items } = (await auth.ask('GET', '/v1/oauth/consents', { actor })).body as { items: { id: string }[] };
        await auth.ask('DELETE', `/v1/oauth/consents/${items[0]?.id}`, { actor });
      },
    ],
    [
      'the person’s right to come in',
      async ({ person }) => {
        await auth.setAccess(person, false);
      },
    ],
    [
      'the application that was let in',
      async ({ client }) => {
        await auth.ask('PATCH', `/v1/oauth/clients/${client.id}`, { actor: asker, body: { enabled: false } });
      },
    ],
  ] satisfies [string, (world: Awaited<ReturnType<typeof letIn>>) => Promise<void>][])(
    'ends with %s, and so does what it was exchanged for',
    async (_, end) => {
      const world = await letIn();
      const { app } = await api(front, middle);
      const { access_token: traded } = await trade(app, world.token);
      expect(await isActive(traded)).toBe(true);
      await end(world);
      expect(await isActive(traded)).toBe(false);
      await expect(trade(app, world.token)).rejects.toMatchObject({ error: 'invalid_request' });
    },
  );

  it.each([
    ['the application that was let in', 'first', { scopes: ['openid'] }],
    ['an application that it came through', 'second', { scopes: ['users.read'] }],
    ['an application that it came through, which is disabled', 'second', { enabled: false }],
  ] as const)('is over when %s may not have that any more', async (_, which, body) => {
    const { client, token } = await letIn();
    const [second, third] = [await api(front, middle), await api(middle, back)];
    const { access_token: once } = await trade(second.app, token);
    const { access_token: twice } = await trade(third.app, once, { resource: back });
    expect(await isActive(twice)).toBe(true);
    const { id } = which === 'first' ? client : second;
    await auth.ask('PATCH', `/v1/oauth/clients/${id}`, { actor: asker, body });
    expect(await isActive(twice)).toBe(false);
    await expect(trade(third.app, once, { resource: back })).rejects.toMatchObject({ error: 'invalid_request' });
  });

  it('goes in no circle without end', async () => {
    let { token } = await letIn();
    const [there, again] = [await api(front, middle), await api(middle, front)];
    for (let time = 0; time < 4; time++) {
      ({ access_token: token } = await trade(there.app, token));
      ({ access_token: token } = await trade(again.app, token, { resource: front }));
    }
    await expect(trade(there.app, token)).rejects.toMatchObject({ error: 'invalid_request' });
  });

  it('outlives a sign-out where the person has allowed that, and then stands on the consent', async () => {
    const { browser, token } = await letIn('openid offline_access account.read', { prompt: 'consent' });
    await browser.request('DELETE', '/v1/sessions/current');
    const { app } = await api(front, middle);
    expect(await isActive((await trade(app, token)).access_token)).toBe(true);
  });

  it('came to the API that presents it, and to no other', async () => {
    const { token } = await letIn();
    const { app } = await api(back, middle);
    await expect(trade(app, token)).rejects.toMatchObject({ error: 'invalid_request' });
  });

  it('is no token of a session, no key, no ID token, nothing for our own routes, in nobody’s own name, and nothing made up', async () => {
    const person = await auth.register();
    const { accessToken: ours, actor } = await auth.signIn(person);
    const body = { name: 'A key', scopes: ['account.read'] };
    const { key } = (await auth.ask('POST', '/v1/api-keys', { actor, body })).body;
    const { app: first, refreshToken } = await letIn();
    const { id_token: idToken } = await oauth.refreshTokenGrant(first, refreshToken, { resource: front });
    const own = await registerClient(auth, {
      ...{ grantTypes: ['client_credentials'], redirectUris: [], resources: [front], scopes: ['account.read'] },
    });
    const itself = await oauth.clientCredentialsGrant(await relyingParty(auth, own), { resource: front });
    const { app } = await api(front, middle);
    for (const token of [ours, String(key), String(idToken), itself.access_token, refreshToken, 'x', 'a.b.c']) {
      await expect(trade(app, token)).rejects.toMatchObject({ error: 'invalid_request' });
    }
  });
});

describe('token exchange', () => {
  it('is announced', async () => {
    const { body } = await auth.ask('GET', '/.well-known/oauth-authorization-server');
    expect(body.grant_types_supported).toContain(grantType);
  });

  it.each([
    ['no subject', { subject_token: undefined }, 'invalid_request'],
    ['no type', { subject_token_type: undefined }, 'invalid_request'],
    ['another type', { subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }, 'invalid_request'],
    ['somebody who acts', { actor_token: 'x', actor_token_type: accessToken }, 'invalid_request'],
    [
      'a wish for another kind',
      { requested_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
      'invalid_request',
    ],
    ['no target', { resource: undefined }, 'invalid_request'],
  ])('is refused with %s', async (_, more, error) => {
    const { token } = await letIn();
    const given = { grant_type: grantType, subject_token: token, subject_token_type: accessToken, resource: middle };
    const form = Object.entries({ ...given, ...more }).flatMap(([name, value]) => (value ? [[name, value]] : []));
    const answer = await tokenRequest(auth, await api(front, middle), Object.fromEntries(form));
    expect(answer).toMatchObject({ status: 400, body: { error } });
    expect(JSON.stringify(answer.body)).not.toContain(token);
  });

  it('is for applications that were allowed it', async () => {
    const { token } = await letIn();
    const other = await relyingParty(auth, await registerClient(auth, { resources: [middle] }));
    await expect(trade(other, token)).rejects.toMatchObject({ error: 'unauthorized_client' });
  });

  it.each([
    ['for applications that keep no secret', { authMethod: 'none' }, '/body/authMethod'],
    ['without an API that is theirs', { serves: [] }, '/body/serves'],
    ['for our own routes', { serves: [issuer] }, '/body/serves/0'],
    ['as an API without exchange', { grantTypes: ['client_credentials'] }, '/body/serves'],
  ])('cannot be allowed %s', async (_, more, pointer) => {
    const given = { name: 'x', authMethod: 'client_secret_basic', grantTypes: [grantType], serves: [front] };
    const answer = await auth.ask('POST', '/v1/oauth/clients', { actor: asker, body: { ...given, ...more } });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });
});
