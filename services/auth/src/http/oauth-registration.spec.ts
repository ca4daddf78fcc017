import type { Actor } from '@rollcall/service-kit/actor';
import { waitFor } from '@rollcall/testing/wait-for';
import { sql } from 'drizzle-orm';
import * as oauth from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { holdClient } from '../store/oauth-clients.ts';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { Browser, issuer } from '../testing/browser.ts';
import { begin, callback, exchange, fetchFrom } from '../testing/relying-party.ts';

const world: { auth: AuthUnderTest; manager: Actor }[] = [];
const start = async (policy: string) => {
  const auth = await startAuthUnderTest({ environment: { OAUTH_REGISTRATION: policy } });
  const { actor: manager } = await auth.signIn(await auth.register());
  auth.grant(manager, 'clients.manage');
  world.push({ auth, manager });
  return { auth, manager };
};

let open: AuthUnderTest;
let manager: Actor;

beforeAll(async () => {
  ({ auth: open, manager } = await start('open'));
});
afterAll(async () => {
  for (const { auth } of world) await auth.stop();
});

const said = { client_name: 'Made by itself', redirect_uris: [callback], scope: 'openid email' };
const path = '/oidc/register';

const send = (
  auth: AuthUnderTest,
  method: string,
  at: string,
  { token, body, actor = null }: { token?: string; body?: unknown; actor?: Actor | null },
) =>
  auth.ask(method, at, {
    actor,
    ...(body === undefined ? {} : { body }),
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
  });
const register = (body: object = {}, auth = open) => send(auth, 'POST', path, { body: { ...said, ...body } });
const registered = async (body: object = {}) => {
  const answer = await register(body);
  if (answer.status !== 201) throw new Error(`nothing was registered: ${JSON.stringify(answer.body)}`);
  const { client_id: id, registration_access_token: token, client_secret: secret } = answer.body;
  return { id: String(id), token: String(token), secret: String(secret), at: `${path}/${id}` };
};

describe('an application', () => {
  it('registers itself, and signs somebody in', async () => {
    const app = await oauth.dynamicClientRegistration(
      new URL(issuer),
      { ...said, grant_types: ['authorization_code', 'refresh_token'], id_token_signed_response_alg: 'ES256' },
      undefined,
      { execute: [oauth.allowInsecureRequests], [oauth.customFetch]: fetchFrom(open) },
    );
    const person = await open.register();
    const browser = new Browser(open);
    await browser.signIn(person);
    const begun = await begin(app, { scope: 'openid email' });
    const tokens = await exchange(app, await browser.authorize(begun.url), begun);
    expect(tokens.claims()?.sub).toBe(person.userId);
    expect((await oauth.refreshTokenGrant(app, String(tokens.refresh_token))).access_token).toEqual(expect.any(String));
  });

  it('is told what it is, its secrets this once, which are kept as digests', async () => {
    const answer = await register();
    const { client_id: id, client_secret: secret, registration_access_token: token } = answer.body;
    expect(answer).toMatchObject({
      status: 201,
      headers: { 'cache-control': 'no-store' },
      body: {
        ...said,
        client_secret_expires_at: 0,
        token_endpoint_auth_method: 'client_secret_basic',
        grant_types: ['authorization_code'],
        response_types: ['code'],
        registration_client_uri: `${issuer}${path}/${id}`,
      },
    });
    const rows = await open.connection.sql`select * from auth.oauth_clients, auth.oauth_client_secrets`;
    for (const kept of [String(secret), String(token)]) expect(JSON.stringify(rows)).not.toContain(kept);
    expect(await open.eventsAbout(String(id))).toMatchObject([{ type: 'client.added', actor: 'anonymous' }]);
  });

  it('that keeps no secret has none', async () => {
    const { body } = await register({ token_endpoint_auth_method: 'none' });
    expect(body).not.toHaveProperty('client_secret');
  });

  it('has its people asked each time, and told that nobody vouches for it', async () => {
    const person = await open.register();
    const browser = new Browser(open);
    await browser.signIn(person);
    const { id, secret } = await registered();
    const app = await oauth.discovery(
      new URL(issuer),
      id,
      { id_token_signed_response_alg: 'ES256' },
      oauth.ClientSecretBasic(secret),
      {
        execute: [oauth.allowInsecureRequests],
        [oauth.customFetch]: fetchFrom(open),
      },
    );
    for (let time = 0; time < 2; time++) {
      const begun = await begin(app, { scope: 'openid email' });
      const { location } = await browser.open(begun.url);
      expect(location.pathname).toBe('/consent');
      const asked = await browser.request('GET', `/v1/oauth/interactions/${location.searchParams.get('interaction')}`);
      expect(await asked.json()).toMatchObject({ client: { id, selfRegistered: true } });
      await exchange(app, await browser.authorize(begun.url), begun);
    }
    const { location } = await browser.open((await begin(app, { scope: 'openid email', prompt: 'none' })).url);
    expect(location.searchParams.get('error')).toBe('consent_required');
  });

  it.each([
    ['web', callback, 'app.example'],
    ['native', 'com.example.app:/callback', 'com.example.app:'],
  ])(
    'is told to be nobody that is known, whatever it is called, and where its answers go (%s)',
    async (application_type, uri, answersTo) => {
      const { id } = await registered({ client_name: 'Rollcall', application_type, redirect_uris: [uri] });
      const browser = new Browser(open);
      await browser.signIn(await open.register());
      const query = new URLSearchParams({
        ...{ client_id: id, redirect_uri: uri, response_type: 'code', scope: 'openid' },
        ...{ code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' },
      });
      const { location } = await browser.open(`/oidc/auth?${query}`);
      const read = await browser.request('GET', `/v1/oauth/interactions/${location.searchParams.get('interaction')}`);
      expect(await read.json()).toMatchObject({ answersTo, client: { name: 'Rollcall', selfRegistered: true } });
    },
  );

  it('is listed among the others as what it is, and can be removed', async () => {
    const { id, token, at } = await registered();
    const read = await open.ask('GET', `/v1/oauth/clients/${id}`, { actor: manager });
    expect(read.body).toMatchObject({ id, name: said.client_name, selfRegistered: true, resources: [], serves: [] });
    expect((await open.ask('DELETE', `/v1/oauth/clients/${id}`, { actor: manager })).status).toBe(200);
    expect((await send(open, 'GET', at, { token })).status).toBe(401);
  });
});

describe('a registration', () => {
  it.each([
    ['in its own name', { grant_types: ['client_credentials'] }, 'invalid_client_metadata'],
    ['for devices', { grant_types: ['urn:ietf:params:oauth:grant-type:device_code'] }, 'invalid_client_metadata'],
    ['without a code', { grant_types: ['refresh_token'] }, 'invalid_redirect_uri'],
    ['of an implicit kind', { response_types: ['token'] }, 'invalid_client_metadata'],
    ['with keys', { token_endpoint_auth_method: 'private_key_jwt' }, 'invalid_client_metadata'],
    ['for our own routes', { scope: 'openid users.write' }, 'invalid_client_metadata'],
    ['for what there is not', { scope: 'openid everything' }, 'invalid_client_metadata'],
    ['without an address', { redirect_uris: [] }, 'invalid_redirect_uri'],
    ['with an address that is not safe', { redirect_uris: ['http://app.example/'] }, 'invalid_redirect_uri'],
    [
      'with an address of a scheme that is not its own',
      { redirect_uris: ['javascript:alert(1)'] },
      'invalid_redirect_uri',
    ],
    ['with a link that is none', { tos_uri: 'javascript:alert(1)' }, 'invalid_client_metadata'],
    ['with a name that turns text round', { client_name: '\u202eabc' }, 'invalid_client_metadata'],
  ])('is refused %s', async (_, body, error) => {
    expect(await register(body)).toMatchObject({ status: 400, body: { error } });
  });

  it('may say more than is read, and gets nothing for it', async () => {
    const answer = await register({
      ...{ logo_uri: 'https://bank.example/logo.png', jwks_uri: 'https://app.example/keys', resources: [issuer] },
      ...{ backchannel_logout_uri: 'https://app.example/logout', self_registered: false, client_id: 'client_mine' },
    });
    expect(answer.status).toBe(201);
    for (const name of ['logo_uri', 'jwks_uri', 'resources', 'backchannel_logout_uri']) {
      expect(answer.body).not.toHaveProperty(name);
    }
    expect(answer.body.client_id).not.toBe('client_mine');
  });

  it.each(['', 'no JSON', '[]', 'null'])('is an object: not "%s"', async (rawBody) => {
    const headers = { 'content-type': 'application/json' };
    expect(await open.ask('POST', path, { rawBody, headers })).toMatchObject({
      status: 400,
      body: { error: 'invalid_client_metadata' },
    });
  });

  it('is read, replaced and removed with its own token alone', async () => {
    const [one, other] = [await registered(), await registered()];
    expect((await send(open, 'GET', one.at, { token: one.token })).body).toMatchObject({
      ...said,
      client_id: one.id,
      registration_access_token: one.token,
    });
    for (const token of [undefined, other.token, one.secret, 'x']) {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const body = method === 'PUT' ? said : undefined;
        const answer = await send(open, method, one.at, { ...(token ? { token } : {}), ...(body ? { body } : {}) });
        expect([method, answer.status, answer.body]).toEqual([method, 401, { error: 'invalid_token' }]);
      }
    }
    const client_name = 'Another name';
    const replaced = await send(open, 'PUT', one.at, { token: one.token, body: { ...said, client_name } });
    expect(replaced).toMatchObject({ status: 200, body: { client_name } });
    expect((await send(open, 'DELETE', one.at, { token: one.token })).status).toBe(204);
    expect((await send(open, 'GET', one.at, { token: one.token })).status).toBe(401);
    expect((await send(open, 'GET', other.at, { token: other.token })).status).toBe(200);
  });

  it('is never replaced by more than it might have been, and keeps what it was given beside', async () => {
    const { id, token, at } = await registered();
    const replace = (more: object) => send(open, 'PUT', at, { token, body: { ...said, ...more } });
    const scope = 'openid account.read';
    expect((await replace({ scope })).body.error).toBe('invalid_client_metadata');
    expect((await replace({ token_endpoint_auth_method: 'none' })).body.error).toBe('invalid_client_metadata');
    const given = { resources: [issuer], scopes: ['openid', 'account.read'] };
    await open.ask('PATCH', `/v1/oauth/clients/${id}`, { actor: manager, body: given });
    expect((await replace({ scope })).body).toMatchObject({ scope });
    const { body } = await open.ask('GET', `/v1/oauth/clients/${id}`, { actor: manager });
    expect(body).toMatchObject({ ...given, selfRegistered: true });
  });

  it('is taken as it was told, grants that it was given beside included, which stay', async () => {
    const { id, token, at } = await registered();
    const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
    const grantTypes = ['authorization_code', exchange];
    const given = { grantTypes, serves: ['https://api.example/'] };
    await open.ask('PATCH', `/v1/oauth/clients/${id}`, { actor: manager, body: given });
    const { body: told } = await send(open, 'GET', at, { token });
    for (const body of [told, said]) {
      expect(await send(open, 'PUT', at, { token, body })).toMatchObject({
        status: 200,
        body: { grant_types: grantTypes },
      });
    }
    const body = { ...said, grant_types: [...grantTypes, 'client_credentials'] };
    expect((await send(open, 'PUT', at, { token, body })).body.error).toBe('invalid_client_metadata');
  });

  it('that is replaced while something is taken from it does not get that back', async () => {
    const { id, token, at } = await registered();
    const settings = { resources: [issuer], scopes: ['openid', 'account.read'] };
    await open.ask('PATCH', `/v1/oauth/clients/${id}`, { actor: manager, body: settings });
    let replaced: Promise<unknown> | undefined;
    await open.connection.db.transaction(async (tx) => {
      await holdClient(tx, id);
      replaced = send(open, 'PUT', at, { token, body: { ...said, scope: 'openid account.read' } });
      await waitFor('the application to wait', async () => {
        const [row] = await open.connection.sql`
          select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        return row?.waiting > 0;
      });
      const taken = sql`settings || '{"resources": [], "scopes": ["openid"]}'`;
      await tx.execute(sql`update auth.oauth_clients set settings = ${taken} where id = ${id}`);
    });
    expect(await replaced).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } });
    const { body } = await open.ask('GET', `/v1/oauth/clients/${id}`, { actor: manager });
    expect(body).toMatchObject({ resources: [], scopes: ['openid'] });
  });

  it('of an application that is disabled is nobody’s to change', async () => {
    const { id, token, at } = await registered();
    await open.ask('PATCH', `/v1/oauth/clients/${id}`, { actor: manager, body: { enabled: false } });
    expect((await send(open, 'PUT', at, { token, body: said })).status).toBe(401);
  });
});

describe('the policy', () => {
  it('is off unless told: nothing is there, and nothing is announced (N51)', async () => {
    const { auth } = await start('off');
    expect((await register({}, auth)).status).toBe(404);
    expect((await send(auth, 'GET', `${path}/client_x`, { token: 'x' })).status).toBe(404);
    const { body } = await auth.ask('GET', '/.well-known/oauth-authorization-server');
    expect(body).not.toHaveProperty('registration_endpoint');
  });

  it('may want a key of somebody who may add applications', async () => {
    const { auth, manager: holder } = await start('token');
    const { actor: stranger } = await auth.signIn(await auth.register());
    const post = (actor: Actor | null, token?: string) =>
      send(auth, 'POST', path, { actor, body: said, ...(token ? { token } : {}) });
    expect((await post(null)).status).toBe(401);
    expect((await post(null, 'x')).status).toBe(401);
    // In a browser that somebody has signed in with.
    expect((await post(holder)).status).toBe(401);
    // By the token of a session, be it a manager's: it was given out for all else, and long ago perhaps.
    expect((await post(holder, 'x')).status).toBe(401);
    expect((await post({ ...stranger, scopes: ['clients.register'] }, 'x')).status).toBe(403);
    expect((await post({ ...holder, scopes: ['access.read'] }, 'x')).status).toBe(403);
    const made = await post({ ...holder, scopes: ['clients.register'] }, 'x');
    expect(made.status).toBe(201);
    expect(await auth.eventsAbout(String(made.body.client_id))).toMatchObject([{ actor: holder.userId }]);
  });

  it('that allows it is announced', async () => {
    const { body } = await open.ask('GET', '/.well-known/openid-configuration');
    expect(body.registration_endpoint).toBe(`${issuer}${path}`);
  });
});
