import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cast } from './cast.ts';
import { type Begun, beginFor, callback, OAuthBrowser, postForm } from './oauth-browser.ts';
import { someClient } from './oauth-requests.ts';

let stack: Stack;
let cast: Cast;

beforeAll(async () => {
  stack = await startStack();
  cast = await Cast.of(stack);
}, 60_000);

afterAll(() => stack?.stop());

const basic = ({ id, secret }: { readonly id: string; readonly secret: string }) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

/** Somebody who uses an application, from opening it to its tokens. */
const using = async (parameters: Readonly<Record<string, string>> = {}, settings: object = {}) => {
  const client = await someClient(cast, { ...settings });
  const person = await cast.somebody();
  const browser = await OAuthBrowser.start(cast.api);
  await browser.signIn(person);
  const begun: Begun = beginFor(client.id, parameters);
  const answer = await browser.authorize(begun.target);
  const form = {
    grant_type: 'authorization_code',
    code: answer.searchParams.get('code') ?? '',
    redirect_uri: callback,
    code_verifier: begun.verifier,
    ...(parameters.resource === undefined ? {} : { resource: parameters.resource }),
  };
  const tokens = await postForm(cast.api, '/oidc/token', form, basic(client));
  const refresh = (token: string) =>
    postForm(cast.api, '/oidc/token', { grant_type: 'refresh_token', refresh_token: token }, basic(client));
  return { client, person, browser, answer, tokens, refresh };
};

const userinfo = (token: string) => cast.api('GET', '/oidc/userinfo', { token });

describe('an application, through the gateway', () => {
  it('signs somebody in, learns what they consented to, refreshes, and signs them out', async () => {
    const { person, browser, answer, tokens, refresh } = await using();
    expect(answer.searchParams.get('iss')).toBe(browser.origin);
    expect(tokens.status).toBe(200);
    expect((await userinfo(tokens.body.access_token)).body).toEqual({
      sub: person.id,
      email: person.email.toLowerCase(),
      email_verified: true,
    });
    const next = await refresh(tokens.body.refresh_token);
    expect(next.status).toBe(200);

    const page = await browser.request('GET', `/oidc/logout?id_token_hint=${tokens.body.id_token}`);
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(String(page.body))?.[1] ?? '';
    const { cookie, origin, accept } = browser.headersFor('/oidc/logout/confirm');
    const left = await postForm(cast.api, '/oidc/logout/confirm', { xsrf, logout: 'yes' }, { cookie, origin, accept });
    expect(left.status).toBe(303);
    expect((await refresh(next.body.refresh_token)).body).toMatchObject({ error: 'invalid_grant' });
    const stopped = async () => (await browser.request('GET', '/v1/users/me')).status === 401;
    await waitFor('the sign-in to be over', stopped);
  });

  it('acts at our own routes as far as it was let, until that is taken back', async () => {
    const { issuer } = (await cast.api('GET', '/.well-known/openid-configuration')).body;
    const { person, tokens } = await using(
      { resource: issuer, scope: 'openid account.read' },
      { resources: [issuer], scopes: ['openid', 'account.read', 'account.write'] },
    );
    const call = (method: string, path: string, body?: object) =>
      cast.api(method, path, { token: tokens.body.access_token, ...(body ? { body } : {}) });
    expect((await call('GET', '/v1/users/me')).body.id).toBe(person.id);
    const mine = (path: string, method = 'GET') => call(method, path);
    for (const path of ['/v1/sessions', '/v1/oauth/consents', '/v1/api-keys', '/v1/organizations', '/v1/activity']) {
      expect([path, (await mine(path)).body.code]).toEqual([path, 'insufficient_scope']);
    }
    expect((await call('PATCH', '/v1/users/me', { displayName: 'Somebody else' })).body.code).toBe(
      'insufficient_scope',
    );
    const { items } = (await cast.api('GET', '/v1/oauth/consents', { token: person.token })).body;
    await cast.api('DELETE', `/v1/oauth/consents/${items[0].id}`, { token: person.token });
    await waitFor('the application to be out', async () => (await mine('/v1/users/me')).status === 401);
  });

  it('is told apart from the person: what was given for nothing here opens none of our own routes', async () => {
    const { tokens } = await using();
    for (const path of ['/v1/users/me', '/v1/sessions', '/v1/oauth/consents']) {
      const answer = await cast.api('GET', path, { token: tokens.body.access_token });
      expect([path, answer.status, answer.body.code]).toEqual([path, 401, 'unauthenticated']);
    }
  });

  it('loses what it holds when the person is deactivated, and does not get it back (N39)', async () => {
    const { person, tokens, refresh } = await using({ scope: 'openid offline_access', prompt: 'consent' });
    await cast.asAdmin('POST', `/v1/users/${person.id}/deactivate`);
    await cast.asAdmin('POST', `/v1/users/${person.id}/reactivate`);
    expect((await userinfo(tokens.body.access_token)).status).toBe(401);
    expect((await refresh(tokens.body.refresh_token)).body).toMatchObject({ error: 'invalid_grant' });
  });

  it('finds everything where the metadata says it is', async () => {
    const { body } = await cast.api('GET', '/.well-known/openid-configuration');
    const endpoints = Object.entries(body).filter(([name]) => name.endsWith('_endpoint'));
    expect(endpoints.length).toBeGreaterThan(6);
    for (const [name, address] of endpoints) {
      const { origin, pathname } = new URL(String(address));
      expect([name, origin]).toEqual([name, body.issuer]);
      const statuses = [(await cast.api('GET', pathname)).status, (await postForm(cast.api, pathname, {})).status];
      expect([name, statuses.some((status) => status !== 404 && status !== 405 && status < 500)]).toEqual([name, true]);
    }
  });
});
