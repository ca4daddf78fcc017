import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, startGatewayUnderTest } from './testing/gateway-under-test.ts';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await startGatewayUnderTest();
});
afterAll(() => gateway.stop());

const ask = (method: string, headers: Record<string, string>, body = ''): Promise<number | undefined> =>
  new Promise((done, failed) => {
    const sent = request(new URL('/livez', gateway.url), { method, headers: { connection: 'Upgrade', ...headers } });
    sent.on('response', (response) => {
      response.resume();
      done(response.statusCode);
    });
    sent.on('error', failed);
    sent.end(body);
  });

describe('an offer to change the protocol', () => {
  it.each(['h2c', 'foo', 'TLS/1.2'])('to %s is passed over, and the request answered', async (upgrade) => {
    expect(await ask('GET', { upgrade })).toBe(200);
  });

  it('on a request with a body, which is lost with it, is told so', async () => {
    expect(await ask('POST', { upgrade: 'h2c', 'content-length': '2' }, '{}')).toBe(501);
  });

  it('to a WebSocket anywhere but at /v1/live finds nothing', async () => {
    expect(await ask('GET', { upgrade: 'websocket' })).toBe(404);
  });
});
