import { type Stack, startStack } from '@rollcall/testing/stack';
import type { Route } from '@rollcall/types/route-definition';
import { publicRoutes } from '@rollcall/types/route-table';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerRequests } from './caller-requests.ts';
import { Cast } from './cast.ts';
import { beginInCookies, ownOrigin } from './cookie-session.ts';
import { sendRaw } from './raw-request.ts';
import { sharedPermission } from './shared-permission.ts';

const evil = 'https://evil.example';
const application = 'https://app.example.com';

let stack: Stack;
let cast: Cast;
let own: string;

beforeAll(async () => {
  stack = await startStack({ environment: { CORS_ORIGINS: application } });
  cast = await Cast.of(stack);
  own = await ownOrigin(cast.api);
  await cast.define(sharedPermission);
}, 60_000);

afterAll(() => stack?.stop());

describe('a page of somebody else (N54, N55)', () => {
  const compose = async ({ operationId }: Route) => {
    const request = callerRequests[operationId];
    if (!request) throw new Error(`caller-requests.ts has no request for ${operationId}`);
    return request({ cast, kind: 'admin', caller: cast.admin, subject: await cast.named('subject') });
  };
  const filled = (path: string, params: Readonly<Record<string, string>> = {}): string =>
    path.replace(/:(\w+)/g, (_, name: string) => params[name] ?? name);

  it('changes nothing with the cookies of its visitor, by any route and any kind of form', async () => {
    const { cookie } = await beginInCookies(cast.api, cast.admin);
    const asks = (route: Route, headers: Readonly<Record<string, string>>, body: string) => {
      const target = filled(route.path, { userId: cast.admin.id, name: sharedPermission });
      return sendRaw(stack.gateway, {
        method: route.method,
        target,
        headers: { cookie, ...headers },
        body: Buffer.from(body),
      });
    };
    const ways: readonly Readonly<Record<string, string>>[] = [
      { origin: evil, 'content-type': 'application/json' },
      { origin: evil, 'content-type': 'text/plain' },
      { origin: 'null', 'content-type': 'application/x-www-form-urlencoded' },
      { origin: evil, 'sec-fetch-site': 'same-origin', 'content-type': 'multipart/form-data; boundary=x' },
      { 'content-type': 'text/plain' },
      { referer: `${own}/`, 'content-type': 'application/json' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
      { origin: evil, 'x-http-method-override': 'GET' },
    ];
    for (const route of publicRoutes.filter(({ method }) => method !== 'GET')) {
      const answers = await Promise.all(ways.map((way) => asks(route, way, '{}')));
      const codes = answers.map(({ status, text }) => `${status} ${JSON.parse(text).code}`);
      expect([route.operationId, [...new Set(codes)]]).toEqual([route.operationId, ['403 cross_site_request']]);
    }
  });

  it('reads nothing, and no cache keeps what is meant for one person', async () => {
    const { cookie } = await beginInCookies(cast.api, cast.admin);
    for (const route of publicRoutes.filter(({ method }) => method === 'GET')) {
      const { params, query, headers: browser } = await compose(route);
      const path = filled(route.path, params) + (query ? `?${query}` : '');
      const isForAnyone = route.callers.includes('public');
      const success = route.responses[303] ? 303 : 200;
      for (const origin of [
        evil,
        'null',
        `${application}.evil.example`,
        application.replace('https', 'http'),
        application,
      ]) {
        const asked = { headers: { cookie: browser?.cookie ?? cookie, origin } };
        const { status, headers } = await cast.api('GET', path, asked);
        const allowed = headers.get('access-control-allow-origin');
        expect([path, status, origin, allowed]).toEqual([
          path,
          success,
          origin,
          origin === application ? origin : null,
        ]);
        expect([path, headers.get('vary')]).toEqual([path, expect.stringMatching(/\borigin\b/i)]);
        if (!isForAnyone)
          expect([path, headers.get('cache-control')]).toEqual([path, expect.stringMatching(/no-store/)]);
      }
    }
  });

  it('learns from asking first what methods there are, and never that it may', async () => {
    for (const { path, method } of publicRoutes) {
      const headers = { origin: evil, 'access-control-request-method': method };
      const answer = await cast.api('OPTIONS', filled(path), { headers });
      expect([path, answer.headers.get('access-control-allow-origin')]).toEqual([path, null]);
    }
  });
});
