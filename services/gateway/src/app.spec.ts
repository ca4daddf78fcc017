import { problems } from '@rollcall/types/problems';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, startGatewayUnderTest } from './testing/gateway-under-test.ts';
import { rawRequest } from './testing/raw-http.ts';

const ours = 'https://app.example.com';
let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGatewayUnderTest({ environment: { CORS_ORIGINS: ours, TRUSTED_PROXIES: '10.0.0.0/8' } });
});
afterAll(() => gateway.stop());
beforeEach(() => {
  gateway.services.calls.length = 0;
});

describe('routing', () => {
  it('reaches the service that owns the route, for whoever the token names', async () => {
    const answer = await gateway.ask('/v1/sessions', { token: await gateway.sign() });
    expect(answer).toMatchObject({ status: 200, body: { operation: 'listSessions' } });
  });

  it('knows /api/user/* as another name of /v1/*', async () => {
    const answer = await gateway.ask('/api/user/sessions', { token: await gateway.sign() });
    expect(answer).toMatchObject({ status: 200, body: { operation: 'listSessions' } });
  });

  it('says 405 and what is allowed for another method', async () => {
    const answer = await gateway.ask('/v1/sessions', { method: 'PATCH' });
    expect(answer).toMatchObject({ status: 405, code: 'method_not_allowed' });
    expect(answer.headers.get('allow')?.split(', ').sort()).toEqual(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST']);
  });

  it.each(['TRACE', 'PROPFIND', 'QUERY'])('does not know %s', async (method) => {
    expect((await gateway.raw(rawRequest(`${method} /v1/sessions`))).status).toBe(405);
  });

  it('answers HEAD like GET, without the body', async () => {
    const [head, get] = await Promise.all([gateway.ask('/livez', { method: 'HEAD' }), gateway.ask('/livez')]);
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
    expect((await gateway.ask('/v1/sessions', { method: 'HEAD' })).status).toBe(401);
    expect((await gateway.ask('/v1/registrations', { method: 'HEAD' })).status).toBe(405);
  });

  it('says 404 as a problem for what nobody knows', async () => {
    const answer = await gateway.ask('/nobody/knows');
    expect(answer).toMatchObject({ status: 404, code: 'not_found' });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body.type).toBe('/docs/problems#not_found');
  });

  it('does not mix up many failing requests (N43)', async () => {
    const canaries = Array.from({ length: 200 }, (_, index) => `canary-${index}`);
    await Promise.all(
      canaries.map(async (canary) => {
        const body = JSON.stringify({ [canary]: 1 });
        const headers = { 'content-type': 'application/json' };
        const { text } = await gateway.ask('/v1/sessions', { method: 'POST', headers, body });
        expect([...text.matchAll(/canary-\d+/g)].map(([found]) => found)).toEqual([canary]);
      }),
    );
  });

  it('says 503 for a service that is down, and nothing of why', async () => {
    gateway.services.down.add('profile');
    const answer = await gateway.ask('/v1/genders');
    gateway.services.down.delete('profile');
    expect(answer).toMatchObject({ status: 503, code: 'unavailable' });
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.text).not.toContain('profile');
  });
});

describe('headers of a client', () => {
  it('never make it anybody: claims of trust, persons and ids end at the door', async () => {
    const person = Buffer.from(JSON.stringify({ requestId: 'x', actor: { userId: 'evil' } })).toString('base64url');
    const forged = {
      'rollcall-service-trust': `v1.auth.${Date.now()}.AAAA`,
      'rollcall-context': person,
      'x-user-id': 'evil',
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
    };
    expect((await gateway.ask('/v1/sessions', { headers: forged })).status).toBe(401);
    const answer = await gateway.ask('/v1/genders?userId=evil', { headers: forged });
    expect(answer.status).toBeLessThan(500);
    expect((await gateway.ask('/v1/genders', { headers: forged })).status).toBe(200);
    const [call] = gateway.services.callsOf('listGenders');
    expect(call?.context.actor).toBeNull();
    expect(call?.context.caller).toBe('gateway');
    expect(JSON.stringify(Object.fromEntries(call?.context.headers ?? []))).not.toContain('evil');
    expect(JSON.stringify(call?.context.hop)).not.toContain('evil');
  });

  it('that sign a request reach the service that checks them, and no other', async () => {
    const signature = { 'webhook-id': 'a', 'webhook-timestamp': '1', 'webhook-signature': 'v1,x' };
    const headers = { ...signature, 'content-type': 'application/json' };
    const event = { organizationId: '0190b0a0-0000-7000-8000-000000000001', plan: 'team' };
    const body = JSON.stringify({ type: 'subscription.changed', ...event, occurredAt: '2026-03-01T12:00:00Z' });
    await gateway.ask('/v1/billing/events', { method: 'POST', headers, body });
    const [call] = gateway.services.callsOf('receiveBillingEvent');
    expect(Object.fromEntries(call?.context.headers ?? [])).toMatchObject(signature);
    await gateway.ask('/v1/genders', { headers });
    const [other] = gateway.services.callsOf('listGenders');
    expect([...(other?.context.headers.keys() ?? [])].filter((name) => name.startsWith('webhook-'))).toEqual([]);
  });

  it('do not change the address of whoever is no trusted proxy', async () => {
    await gateway.ask('/v1/genders', { headers: { 'x-forwarded-for': '203.0.113.9', 'x-real-ip': '203.0.113.9' } });
    expect(gateway.services.callsOf('listGenders')[0]?.context.hop.ipAddress).toBe('127.0.0.1');
  });

  it('carry a trace on when it is one', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await gateway.ask('/v1/genders', { headers: { traceparent } });
    await gateway.ask('/v1/genders', { headers: { traceparent: 'evil' } });
    const [traced, not] = gateway.services.callsOf('listGenders');
    expect(traced?.context.hop.traceparent).toBe(traceparent);
    expect(not?.context.hop.traceparent).toBeUndefined();
  });
});

describe('the revision of an answer about rights', () => {
  const told = (revision: string) => ({ headers: { 'rollcall-revision': revision } });
  const heardBy = async () => gateway.services.callsOf('listGenders').at(-1)?.context.hop.accessRevision;

  it('goes along with whatever is asked after it, to every service', async () => {
    const revision = gateway.access.write();
    await gateway.hasFollowed(revision);
    await expect
      .poll(async () => {
        await gateway.ask('/v1/genders');
        return heardBy();
      })
      .toBe(`1-${revision}`);
  });

  it('is waited for when the client says that it has heard of it at another gateway', async () => {
    const revision = gateway.access.write();
    expect(await gateway.ask('/v1/genders', told(`1-${revision}`))).toMatchObject({ status: 200 });
    expect(await heardBy()).toBe(`1-${revision}`);
  });

  it('is refused when it is none, or not of this history, and not waited for without end', async () => {
    for (const none of ['7', 'x', '1-', '1-2-3', `1-${'9'.repeat(16)}`]) {
      expect(await gateway.ask('/v1/genders', told(none))).toMatchObject({ status: 400, code: 'invalid_input' });
    }
    expect(await gateway.ask('/v1/genders', told('0-1'))).toMatchObject({ status: 409, code: 'revision_unknown' });
    expect(await gateway.ask('/v1/genders', told('1-999999'))).toMatchObject({ status: 503, code: 'unavailable' });
    expect(await gateway.ask('/v1/genders')).toMatchObject({ status: 200 });
  });
});

describe('CORS', () => {
  const asked = (origin: string, init: RequestInit = {}) => gateway.ask('/livez', { ...init, headers: { origin } });

  it('lets configured origins read, with credentials', async () => {
    const { headers } = await asked(ours);
    expect(headers.get('access-control-allow-origin')).toBe(ours);
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(headers.get('vary')).toContain('Origin');
  });

  it.each([
    'https://evil.example',
    'null',
    'http://app.example.com',
    `${ours}.evil.example`,
    'https://app.example.com:444',
    `${ours},x`,
  ])('never repeats the origin %s', async (origin) => {
    for (const method of ['GET', 'OPTIONS']) {
      const { headers } = await asked(origin, { method });
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('vary')).toContain('Origin');
    }
  });

  it('answers a preflight without running anything', async () => {
    const headers = { origin: ours, 'access-control-request-method': 'DELETE' };
    const answer = await gateway.ask('/v1/sessions', { method: 'OPTIONS', headers });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-methods')).toContain('DELETE');
    expect(gateway.services.calls).toEqual([]);
  });

  it.each(['*', 'null', 'https://app.example.com/', 'app.example.com'])(
    'cannot be configured as %s',
    async (origin) => {
      const started = startGatewayUnderTest({ environment: { CORS_ORIGINS: origin } });
      await expect(started).rejects.toThrow('CORS_ORIGINS');
    },
  );
});

describe('the bare address', () => {
  it('leads to the reference', async () => {
    const answer = await gateway.ask('/');
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/docs');
    expect((await gateway.ask('/', { method: 'POST' })).status).toBe(405);
  });

  it('is not every address', async () => {
    expect((await gateway.ask('/favicon.ico')).status).toBe(404);
    expect((await gateway.ask('/index.html')).status).toBe(404);
  });
});

describe('metrics in production', () => {
  const token = 'a-token-for-the-metrics';
  const running: GatewayUnderTest[] = [];
  const inProduction = async (environment: Record<string, string>) => {
    const started = await startGatewayUnderTest({ environment: { NODE_ENV: 'production', ...environment } });
    running.push(started);
    return started;
  };
  afterAll(() => Promise.all(running.map((one) => one.stop())));

  it('are there for nobody unless there is a token', async () => {
    const closed = await inProduction({});
    for (const authorization of [undefined, 'Bearer ', 'Bearer undefined', 'Bearer null']) {
      const headers = authorization === undefined ? {} : { authorization };
      expect((await closed.ask('/metrics', { headers })).status).toBe(404);
    }
  });

  it('are there for whoever has the token, wherever they come from, and for nobody else', async () => {
    const open = await inProduction({ METRICS_TOKEN: token });
    const headers = { 'x-forwarded-for': '203.0.113.1' };
    const answer = await open.ask('/metrics', { token, headers });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('rollcall_http_request_duration_seconds_bucket');

    const unknown = await open.ask('/unknown');
    for (const authorization of [
      '',
      token,
      `Basic ${token}`,
      `Bearer ${token}x`,
      `Bearer ${token.slice(1)}`,
      'Bearer',
    ]) {
      const refused = await open.ask('/metrics', { headers: authorization === '' ? {} : { authorization } });
      expect([authorization, refused.status]).toEqual([authorization, 404]);
      expect({ ...refused.body, instance: '' }).toEqual({ ...unknown.body, instance: '' });
    }
  });

  it('need a token that nobody guesses', async () => {
    await expect(inProduction({ METRICS_TOKEN: 'x'.repeat(15) })).rejects.toThrow('METRICS_TOKEN');
  });
});

describe('metrics', () => {
  it('are there for the machine itself', async () => {
    const answer = await gateway.ask('/metrics');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(answer.text).toContain('rollcall_http_request_duration_seconds_bucket');
  });

  it.each(['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'])(
    'are not there for what a proxy passes on with %s, just like anything unknown',
    async (name) => {
      const headers = { [name]: '127.0.0.1' };
      const [metrics, unknown] = await Promise.all([
        gateway.ask('/metrics', { headers }),
        gateway.ask('/unknown', { headers }),
      ]);
      expect(metrics.status).toBe(404);
      expect({ ...metrics.body, instance: '' }).toEqual({ ...unknown.body, instance: '' });
      expect([...metrics.headers.keys()]).toEqual([...unknown.headers.keys()]);
    },
  );
});

describe('every answer', () => {
  it.each(['/livez', '/unknown', '/v1/sessions', '/metrics'])('of %s carries the security headers', async (path) => {
    const { headers } = await gateway.ask(path);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('that is a problem has the status of its code', async () => {
    const { status, body } = await gateway.ask('/v1/sessions');
    expect(body).toMatchObject({ code: 'unauthenticated', status, title: problems.unauthenticated.title });
  });
});
