import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, startGatewayUnderTest } from './testing/gateway-under-test.ts';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGatewayUnderTest();
});
afterAll(() => gateway.stop());
beforeEach(() => gateway.services.forget());

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const sent = (answer: { readonly body: Record<string, unknown> }) => answer.body.headers as Record<string, string>;

describe('an endpoint of OAuth', () => {
  it('is handed the bytes as they came, and what a client proves itself with', async () => {
    const authorization = `Basic ${Buffer.from('client_x:secret').toString('base64')}`;
    const headers = { ...form, authorization, dpop: 'a.b.c', 'x-forwarded-host': 'evil.example' };
    const answer = await gateway.ask('/oidc/token', { method: 'POST', headers, body: 'grant_type=a&code=b%20c' });
    expect(answer.body).toMatchObject({ operation: 'exchangeGrant', body: 'grant_type=a&code=b%20c' });
    expect(sent(answer)).toMatchObject({ ...form, authorization, dpop: 'a.b.c' });
    expect(sent(answer)).not.toHaveProperty('x-forwarded-host');
  });

  it('is handed cookies, unless somebody proves themselves by a header', async () => {
    const cookie = 'rollcall_oauth_session=x';
    expect(sent(await gateway.ask('/oidc/device', { headers: { cookie } }))).toMatchObject({ cookie });
    const both = await gateway.ask('/oidc/userinfo', { headers: { cookie, authorization: 'Bearer x' } });
    expect(sent(both)).not.toHaveProperty('cookie');
  });

  it('nothing else is handed what somebody proves themselves with', async () => {
    await gateway.ask('/v1/sessions', { token: await gateway.sign(), headers: { dpop: 'a.b.c' } });
    const [call] = gateway.services.callsOf('listSessions');
    expect(call?.context.headers.has('authorization')).toBe(false);
    expect(call?.context.headers.has('dpop')).toBe(false);
  });

  it.each([
    ['a method that it does not take', 'PATCH', '/oidc/token', '', 405, 'invalid_request'],
    ['a path that is none', 'GET', '/oidc/nothing', undefined, 404, 'invalid_request'],
    ['a body that is too large', 'POST', '/oidc/token', 'x'.repeat(70_000), 413, 'invalid_request'],
  ])('refuses in OAuth’s own form: %s', async (_, method, path, body, status, error) => {
    const answer = await gateway.ask(path, { method, headers: form, ...(body === undefined ? {} : { body }) });
    expect(answer).toMatchObject({ status, body: { error } });
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.body).not.toHaveProperty('code');
  });

  it('says in that form, too, that the service is away, and that it failed', async () => {
    gateway.services.down.add('auth');
    const away = await gateway.ask('/oidc/userinfo');
    gateway.services.down.delete('auth');
    expect(away).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
    gateway.services.answers.set('auth readUserinfo', () => ({ status: 200, body: {} }));
    const failed = await gateway.ask('/oidc/userinfo');
    gateway.services.answers.delete('auth readUserinfo');
    expect(failed).toMatchObject({ status: 500, body: { error: 'server_error' } });
    expect(failed.text).not.toContain('the spec');
  });

  it('a form that another site has a browser post is not one of the person’s (N55)', async () => {
    const headers = { ...form, cookie: 'rollcall_access=x', origin: 'https://evil.example' };
    const answer = await gateway.ask('/oidc/logout/confirm', { method: 'POST', headers, body: 'logout=yes' });
    expect(answer).toMatchObject({ status: 403, body: { error: 'access_denied' } });
    expect(gateway.services.forwarded).toEqual([]);
  });
});

describe('what an application was given (N35)', () => {
  const api = 'https://api.example/';
  it.each([
    ['for an API of its own', { aud: api, client_id: 'client_AAAAAAAAAAAAAAAAAAAAAA', scope: 'account.read' }],
    ['for one that calls itself ours', { client_id: 'client_AAAAAAAAAAAAAAAAAAAAAA', scope: 'account.read' }],
  ])('%s opens nothing here, although our key has signed it and a person stands behind it', async (_, claims) => {
    const token = await gateway.sign({ claims });
    for (const path of ['/v1/users/me', '/v1/sessions', '/v1/oauth/consents']) {
      expect(await gateway.ask(path, { token })).toMatchObject({ status: 401, code: 'unauthenticated' });
    }
    expect(gateway.services.forwarded).toEqual([]);
  });
});
