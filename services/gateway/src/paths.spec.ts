import { isInternal } from '@rollcall/types/route-definition';
import { routeTable } from '@rollcall/types/route-table';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readTarget } from './request-target.ts';
import { type GatewayUnderTest, startGatewayUnderTest } from './testing/gateway-under-test.ts';
import { rawRequest } from './testing/raw-http.ts';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGatewayUnderTest();
});
afterAll(() => gateway.stop());

const internal = '/internal/readiness';
const internalPaths = [
  internal,
  ...new Set(routeTable.filter(isInternal).map(({ path }) => path.replace(/:\w+/g, 'x'))),
];

/** Ways to write a path that some server, somewhere, has read as another one. */
const spellings = (path: string): string[] => {
  const [, first = '', ...rest] = path.split('/');
  const tail = rest.join('/');
  return [
    path,
    `/${path}`,
    `//${path}`,
    `${path}/`,
    `${path};x=1`,
    `/${first};x=1/${tail}`,
    `/v1/..${path}`,
    `/v1/../..${path}`,
    `/v1/%2e%2e${path}`,
    `/v1/.%2e${path}`,
    `/v1/%2E%2E%2F${path.slice(1)}`,
    `/v1/..%2f${path.slice(1)}`,
    `/v1/..%5c${path.slice(1)}`,
    `/v1\\..\\${path.slice(1)}`,
    `/v1/..;${path}`,
    `/v1/%252e%252e${path}`,
    `/api/user/..${path}`,
    `/api/user/../..${path}`,
    `/api/user/%2e%2e/%2e%2e${path}`,
    `/./${path.slice(1)}`,
    path.replaceAll('/', '%2f'),
    path.replace(/^\/(.)/, (_, letter: string) => `/%${letter.charCodeAt(0).toString(16)}`),
    path.toUpperCase(),
    `/%00${path}`,
    `${path}%00`,
    `${path}%20`,
    `${path}.json`,
    `${path}?a=1`,
    `?${path}`,
    `http://rollcall.test${path}`,
    `http://auth${path}`,
    `auth${path}`,
  ];
};

it.each(internalPaths)('no spelling of %s reaches it', async (path) => {
  gateway.services.forget();
  for (const spelling of spellings(path)) {
    const answer = await gateway.raw(rawRequest(`GET ${spelling}`));
    expect([spelling, Math.floor(answer.status / 100)]).toEqual([spelling, 4]);
  }
  for (const method of ['POST', 'PUT']) expect((await gateway.raw(rawRequest(`${method} ${path}`))).status).toBe(404);
  expect(gateway.services.forwarded).toEqual([]);
});

it('answers an internal path and one that nobody knows alike', async () => {
  const [one, other] = await Promise.all([gateway.ask(internal), gateway.ask('/nobody/knows')]);
  expect(one.status).toBe(404);
  expect({ ...one.body, instance: '' }).toEqual({ ...other.body, instance: '' });
});

it.each([
  ...spellings('/v1/users/me'),
  ...spellings('/v1/permissions/a.b'),
  ...spellings('/api/user/users/me'),
  '/v1/users/a%20b',
  '/v1/permissions/caf%C3%A9',
  '/users/create',
  '/users/x?permission=a%2Fb',
  '/v1/users?query=%2e%2e/..;',
])('gateway and service read %s as the same request (N32)', async (path) => {
  const token = await gateway.sign();
  gateway.services.forget();
  const answer = await gateway.raw(rawRequest(`GET ${path}`, [`Authorization: Bearer ${token}`]));
  const { forwarded, calls } = gateway.services;
  for (const one of forwarded) expect(readTarget(one.split(' ')[2] ?? '')).toBeDefined();
  if (answer.status === 200) {
    // The route that the gateway chose is the one whose handler ran.
    expect([forwarded.length, calls.length]).toEqual([1, 1]);
  } else {
    // Refused at the door, or by the validation of that very route; never by a service that took it for another one.
    expect([400, 404, 405]).toContain(answer.status);
    expect(answer.body).not.toContain('untrusted_hop');
    expect(calls).toEqual([]);
  }
});

it.each(['a/../b', 'x@evil.example', 'rollcall.test/internal', '[::1', 'a b', 'rollcall.test:99999'])(
  'a Host of %j is refused or ignored, never followed',
  async (host) => {
    const answer = await gateway.raw(`GET /livez HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect([200, 400]).toContain(answer.status);
    expect(answer.body).not.toContain('evil');
  },
);
