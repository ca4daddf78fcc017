import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { defaultBodyLimit } from '@rollcall/service-kit/request-body';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, startGatewayUnderTest } from './testing/gateway-under-test.ts';
import { rawRequest } from './testing/raw-http.ts';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGatewayUnderTest();
});
afterAll(() => gateway.stop());
beforeEach(() => gateway.services.forget());

const json = 'Content-Type: application/json';
const line = 'POST /v1/sessions';
/** A sign-in of exactly so many bytes. */
const sized = (bytes: number): string => {
  const around = JSON.stringify({ identifier: 'a', password: '' }).length;
  return JSON.stringify({ identifier: 'a', password: 'x'.repeat(bytes - around) });
};
const endless = 1_073_741_824;
const chunked = (...chunks: string[]): string =>
  [...chunks, ''].map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');

describe('a body (N53)', () => {
  it.each([
    ['with a length', (text: string) => rawRequest(line, [json, `Content-Length: ${text.length}`], text)],
    [
      'in chunks',
      (text: string) =>
        rawRequest(line, [json, 'Transfer-Encoding: chunked'], chunked(text.slice(0, 9), text.slice(9))),
    ],
  ])('at the limit goes on, one byte more does not: %s', async (_, request) => {
    // The service refuses so long a password: it has seen the body.
    expect((await gateway.raw(request(sized(defaultBodyLimit)))).status).toBe(400);
    expect(gateway.services.forwarded).toHaveLength(1);
    expect((await gateway.raw(request(sized(defaultBodyLimit + 1)))).status).toBe(413);
    expect(gateway.services.forwarded).toHaveLength(1);
  });

  it('that claims to be too large is refused before it comes', async () => {
    const answer = await gateway.raw(rawRequest(line, [json, 'Content-Length: 104857600']));
    expect(answer.status).toBe(413);
    expect(gateway.services.forwarded).toEqual([]);
  });

  it('of 10 MB in chunks is refused without bothering anybody', async () => {
    const pieces = Array.from({ length: 160 }, () => 'x'.repeat(65_536));
    const answer = await gateway.raw(rawRequest(line, [json, 'Transfer-Encoding: chunked'], chunked(...pieces)));
    expect(answer.status).toBe(413);
    expect(gateway.services.forwarded).toEqual([]);
  });

  it('that goes on and on is answered before its end', async () => {
    const { hostname, port } = new URL(gateway.url);
    const piece = chunked('x'.repeat(16_384)).replace(/0\r\n\r\n$/, '');
    let sentBytes = 0;
    const answer = await new Promise<string>((done, failed) => {
      const socket = connect(Number(port), hostname);
      let received = '';
      const send = (): void => {
        while (received === '' && sentBytes < endless) {
          sentBytes += piece.length;
          if (!socket.write(piece)) break;
        }
      };
      socket.on('connect', () => {
        socket.write(`${line} HTTP/1.1\r\nHost: x\r\n${json}\r\nTransfer-Encoding: chunked\r\n\r\n`);
        send();
      });
      socket.on('drain', send);
      socket.on('data', (data) => {
        received += data.toString('latin1');
        socket.destroy();
        done(received);
      });
      socket.on('error', failed);
    });
    expect(answer).toContain(' 413 ');
    expect(sentBytes).toBeLessThan(endless);
    expect(gateway.services.forwarded).toEqual([]);
  });

  it('is not read at all for a caller who may not be there', async () => {
    const answer = await gateway.raw(rawRequest('PUT /v1/password', [json, 'Content-Length: 10485760']));
    expect(answer.status).toBe(401);
  });

  it('that is compressed is not unpacked', async () => {
    const body = gzipSync(JSON.stringify({ identifier: 'a', password: 'x' }));
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const answer = await gateway.ask('/v1/sessions', { method: 'POST', headers, body });
    expect(answer).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  });

  it.each([
    ['two lengths', ['Content-Length: 2', 'Content-Length: 3']],
    ['a length and chunks', ['Content-Length: 2', 'Transfer-Encoding: chunked']],
    ['chunks within something else', ['Transfer-Encoding: chunked, gzip']],
    ['a length that is none', ['Content-Length: 2x']],
    ['a header that is folded', ['X-A: 1', ' 2']],
  ])('with %s is no request', async (_, headers) => {
    expect((await gateway.raw(rawRequest(line, [json, ...headers], '{}'))).status).toBe(400);
    expect(gateway.services.forwarded).toEqual([]);
  });
});

describe('a client that dawdles (N53)', () => {
  let hasty: GatewayUnderTest;
  beforeAll(async () => {
    hasty = await startGatewayUnderTest({ patience: { headersMilliseconds: 400, requestMilliseconds: 800 } });
  });
  afterAll(() => hasty.stop());

  const untilClosed = (text: string): Promise<string> =>
    new Promise((done) => {
      const { hostname, port } = new URL(hasty.url);
      const socket = connect(Number(port), hostname, () => socket.write(text));
      let received = '';
      socket.on('data', (data) => {
        received += data.toString('latin1');
      });
      // Cut off is cut off, with an answer or without.
      socket.on('error', () => undefined);
      socket.on('close', () => done(received));
    });

  it('over its headers is cut off', async () => {
    expect(await untilClosed('GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ')).toContain(' 408 ');
  });

  it('over its body is cut off, and nobody is bothered with it', async () => {
    await untilClosed(`${line} HTTP/1.1\r\nHost: x\r\n${json}\r\nContent-Length: 100\r\n\r\n{"identifier"`);
    expect(hasty.services.forwarded).toEqual([]);
    expect((await hasty.ask('/livez')).status).toBe(200);
  });
});
