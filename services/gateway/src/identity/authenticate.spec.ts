import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, issuer, startGatewayUnderTest } from '../testing/gateway-under-test.ts';
import { rawRequest } from '../testing/raw-http.ts';

const foreign = 'https://evil.example';
let gateway: GatewayUnderTest;
let token = '';
beforeAll(async () => {
  gateway = await startGatewayUnderTest();
  token = await gateway.sign();
});
afterAll(() => gateway.stop());
beforeEach(() => gateway.services.forget());

describe('the Authorization header (N33)', () => {
  const asked = async (...headers: string[]) => (await gateway.raw(rawRequest('GET /v1/sessions', headers))).status;

  it.each(['Bearer', 'bearer', 'BEARER'])('takes the scheme %s', async (scheme) => {
    expect(await asked(`Authorization: ${scheme} ${token}`)).toBe(200);
  });

  it.each([
    ['no scheme', () => token],
    ['no token', () => 'Bearer'],
    ['a blank token', () => 'Bearer '],
    ['two spaces', () => `Bearer  ${token}`],
    ['a tab', () => `Bearer\t${token}`],
    ['another scheme', () => `Basic ${token}`],
    ['a similar scheme', () => `Bearers ${token}`],
    ['a list', () => `Bearer ${token}, Bearer ${token}`],
    ['a list of schemes', () => `Basic x, Bearer ${token}`],
    ['a quoted token', () => `Bearer "${token}"`],
    ['a parameter', () => `Bearer token=${token}`],
    ['more behind it', () => `Bearer ${token} x`],
    ['a token without end', () => `Bearer ${'a'.repeat(5_000)}`],
  ])('with %s is refused', async (_, value) => {
    expect(await asked(`Authorization: ${value()}`)).toBe(401);
  });

  it('that comes twice is refused, even with the same token', async () => {
    expect(await asked(`Authorization: Bearer ${token}`, `Authorization: Bearer ${token}`)).toBe(401);
    expect(await asked('Authorization: Basic x', `Authorization: Bearer ${token}`)).toBe(401);
  });

  it('that does not hold makes nobody of its sender where anyone may call', async () => {
    expect((await gateway.ask('/v1/genders', { headers: { authorization: 'Basic x' } })).status).toBe(200);
    expect(gateway.services.calls[0]?.context.actor).toBeNull();
  });

  it('comes from nowhere else: not from the query, another header or a body', async () => {
    const headers = { 'x-access-token': token, 'proxy-authorization': `Bearer ${token}` };
    expect((await gateway.ask(`/v1/sessions?access_token=${token}`, { headers })).status).toBe(401);
  });
});

describe('a session cookie (N55)', () => {
  const cookie = (value = token) => `rollcall_access=${value}`;
  const change = (headers: Record<string, string>) =>
    gateway.ask('/v1/sessions/current', { method: 'DELETE', headers });

  it('reads from anywhere, since other origins cannot see the answer', async () => {
    const answer = await gateway.ask('/v1/sessions', { headers: { cookie: cookie(), origin: foreign } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('changes something only for a page of ours', async () => {
    expect((await change({ cookie: cookie(), origin: issuer })).status).toBe(200);
    expect((await change({ cookie: cookie(), 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  it.each([
    ['a foreign origin', { origin: foreign }],
    ['the origin null', { origin: 'null' }],
    ['a foreign origin that claims to be ours', { origin: foreign, 'sec-fetch-site': 'same-origin' }],
    ['our origin over another scheme', { origin: 'https://rollcall.test' }],
    ['our name within another', { origin: `${issuer}.evil.example` }],
    ['a sibling site', { 'sec-fetch-site': 'same-site' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['nothing said', {}],
    ['only a referrer', { referer: `${issuer}/` }],
    ['a foreign form', { origin: foreign, 'content-type': 'text/plain' }],
  ])('changes nothing with %s', async (_, headers) => {
    const answer = await change({ cookie: cookie(), ...headers });
    expect(answer).toMatchObject({ status: 403, code: 'cross_site_request' });
    expect(gateway.services.calls).toEqual([]);
  });

  it.each([
    ['POST', '/v1/sessions/refresh?cookies=true', 'rollcall_refresh=x'],
    ['POST', '/v1/sessions?cookies=true', 'rollcall_access=stale'],
    ['POST', '/v1/registrations', 'rollcall_access=stale'],
    ['PUT', '/v1/password', 'rollcall_access=stale'],
    ['POST', '/v1/sessions/refresh?cookies=true', 'rollcall_refresh=x; rollcall_refresh=y'],
  ])('does not let another site %s %s, be the route public', async (method, path, value) => {
    const headers = { cookie: value, origin: foreign, 'content-type': 'text/plain' };
    const answer = await gateway.ask(path, { method, headers, body: '{}' });
    expect(answer).toMatchObject({ status: 403, code: 'cross_site_request' });
  });

  it('that is there twice is no session', async () => {
    expect((await gateway.ask('/v1/sessions', { headers: { cookie: `${cookie()}; ${cookie()}` } })).status).toBe(401);
    expect(
      (await gateway.raw(rawRequest('GET /v1/sessions', [`Cookie: ${cookie()}`, `Cookie: ${cookie('x')}`]))).status,
    ).toBe(401);
  });

  it.each([
    'rollcall_access',
    'rollcall_access=',
    '=;;=',
    'rollcall_access=%00',
    'Rollcall_Access=x',
    '"rollcall_access"=x',
  ])('that is broken is none: %s', async (value) => {
    expect((await gateway.ask('/v1/sessions', { headers: { cookie: value } })).status).toBe(401);
  });

  it('gives way to a bearer token, and is then seen by nobody', async () => {
    const other = await gateway.sign();
    const headers = { cookie: `${cookie()}; rollcall_refresh=x`, origin: foreign, authorization: `Bearer ${other}` };
    expect((await change(headers)).status).toBe(200);
    const sid = JSON.parse(Buffer.from(other.split('.')[1] ?? '', 'base64url').toString()).sid;
    expect(gateway.services.calls[0]?.context.actor?.sessionId).toBe(sid);

    await gateway.ask('/v1/sessions/refresh?cookies=true', { method: 'POST', headers });
    expect(gateway.services.callsOf('refreshSession')[0]?.context.headers.get('cookie')).toBeNull();
  });

  it('does not stand in for a bearer token that does not hold', async () => {
    const headers = { cookie: cookie(), origin: issuer, authorization: 'Bearer x.y.z' };
    expect((await change(headers)).status).toBe(401);
  });

  it('goes on to routes that read cookies, and to no other', async () => {
    const headers = { cookie: `${cookie()}; rollcall_refresh=x`, origin: issuer };
    await gateway.ask('/v1/sessions/refresh?cookies=true', { method: 'POST', headers });
    await gateway.ask('/v1/activity', { headers });
    expect(gateway.services.callsOf('refreshSession')[0]?.context.headers.get('cookie')).toContain(
      'rollcall_refresh=x',
    );
    expect(gateway.services.callsOf('listActivity')[0]?.context.headers.get('cookie')).toBeNull();
  });
});

it('over https only cookies that no other host can have planted count', async () => {
  const secure = await startGatewayUnderTest({ environment: { PUBLIC_URL: 'https://id.rollcall.test' } });
  const claims = { iss: 'https://id.rollcall.test', aud: 'https://id.rollcall.test' };
  const value = await secure.sign({ claims });
  expect((await secure.ask('/v1/sessions', { headers: { cookie: `rollcall_access=${value}` } })).status).toBe(401);
  const answer = await secure.ask('/v1/sessions', { headers: { cookie: `__Host-rollcall_access=${value}` } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('strict-transport-security')).toContain('max-age=');
  await secure.stop();
});
