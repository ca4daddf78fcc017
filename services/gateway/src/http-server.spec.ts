import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, startGatewayUnderTest } from './testing/gateway-under-test.ts';
import { rawRequest } from './testing/raw-http.ts';

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

describe('whoever reads the answer and keeps their own side open', () => {
  const held: Socket[] = [];
  afterAll(() => {
    for (const socket of held) socket.destroy();
  });

  /** Sends a request, reads until the server has said all, and hangs on. */
  const hangOn = (url: string, target: string, upgrade: string): Promise<string> =>
    new Promise((done, failed) => {
      const { hostname, port } = new URL(url);
      const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
      held.push(socket);
      let received = '';
      socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${upgrade}\r\n\r\n`);
      socket.on('data', (data) => {
        received += data.toString('latin1');
      });
      socket.on('end', () => done(received));
      socket.on('error', failed);
    });

  it.each([
    ['/nope', 'websocket', 404],
    ['/v1/live', 'websocket', 401],
    ['/livez', 'h2c', 200],
    ['/nope', 'h2c', 404],
  ])('at %s with an offer of %s costs no connection', async (target, upgrade, status) => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => hangOn(gateway.url, target, upgrade)));
    for (const answer of answers) expect(answer).toContain(`HTTP/1.1 ${status} `);
    await expect.poll(() => gateway.gateway.countConnections()).toBe(0);
  });
});

describe('a gateway that stops', () => {
  it('waits no longer for a request that came with an offer than for any other', async () => {
    const stopping = await startGatewayUnderTest({ patience: { stopMilliseconds: 200 } });
    let answerAtLast = () => {};
    const late = new Promise<void>((done) => {
      answerAtLast = done;
    });
    stopping.services.answers.set('listGenders', async () => {
      await late;
      return { status: 200, body: {} };
    });
    const { hostname, port } = new URL(stopping.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write('GET /v1/genders HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
    await expect.poll(() => stopping.services.callsOf('listGenders').length).toBe(1);
    const since = performance.now();
    await stopping.stop();
    answerAtLast();
    socket.destroy();
    expect(performance.now() - since).toBeLessThan(3_000);
  });
});

describe('a request', () => {
  it.each([
    ['two hosts', ['Host: other.test']],
    ['twice the same host', ['host: rollcall.test']],
    ['two hosts, for a WebSocket', ['HOST: other.test', 'Connection: Upgrade', 'Upgrade: websocket']],
    ['two hosts, and an offer', ['HOST: other.test', 'Connection: Upgrade', 'Upgrade: h2c']],
  ])('that names %s is refused', async (_, headers) => {
    const { status, body } = await gateway.raw(rawRequest('GET /livez', headers));
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({ code: 'invalid_input', status: 400 });
  });

  it.each([
    ['no request at all', 'nonsense\r\n\r\n', 400, 'invalid_input'],
    ['too long a header', rawRequest('GET /livez', [`X-Long: ${'x'.repeat(20_000)}`]), 431, 'headers_too_large'],
  ])('that is %s is told so as a problem', async (_, text, status, code) => {
    const answer = await gateway.raw(text);
    expect(answer.status).toBe(status);
    expect(answer.head).toContain('content-type: application/problem+json');
    expect(JSON.parse(answer.body)).toMatchObject({ code, status });
  });
});
