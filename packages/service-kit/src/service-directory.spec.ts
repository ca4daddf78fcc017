import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpDirectory, type ServiceRequest } from './service-directory.ts';

const servers: Server[] = [];
let directory: HttpDirectory | undefined;
afterEach(async () => {
  await directory?.close();
  for (const server of servers.splice(0)) server.closeAllConnections();
});

const listen = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}`;
};

/** An address at which nothing listens. */
const nowhere = async (): Promise<string> => {
  const url = await listen(() => undefined);
  await new Promise((closed) => servers.pop()?.close(closed));
  return url;
};

const ask = (urls: readonly string[], request: Partial<ServiceRequest> = {}) => {
  directory = new HttpDirectory(new Map([['profile', urls]]));
  return directory.send('profile', {
    method: 'POST',
    target: '/v1/things',
    headers: {},
    body: Buffer.from('{}'),
    repeatable: false,
    ...request,
  });
};

describe('a request to a service with several replicas', () => {
  it('is spread over them', async () => {
    const asked = [0, 0];
    const urls = await Promise.all(
      asked.map((_, index) =>
        listen((_request, response) => {
          asked[index] = (asked[index] ?? 0) + 1;
          response.end('{}');
        }),
      ),
    );
    await ask(urls);
    for (let n = 0; n < 9; n++) {
      await directory?.send('profile', { method: 'GET', target: '/', headers: {}, body: null, repeatable: true });
    }
    expect(Math.min(...asked)).toBeGreaterThan(2);
  });

  it('goes to another when one does not listen, repeatable or not: it cannot have been done', async () => {
    const up = await listen((_, response) => response.end('{}'));
    for (const repeatable of [true, false]) expect((await ask([await nowhere(), up], { repeatable })).status).toBe(200);
  });

  it('is sent again after it broke off only if it may be', async () => {
    let asked = 0;
    const breaking = await listen((request) => {
      asked++;
      request.socket.destroy();
    });
    await expect(ask([breaking])).rejects.toThrow();
    expect(asked).toBe(1);
    const up = await listen((_, response) => response.end('{}'));
    expect((await ask([breaking, up], { repeatable: true })).status).toBe(200);
  });

  it('is given up soon when nobody listens', async () => {
    const began = performance.now();
    await expect(ask([await nowhere()], { repeatable: true })).rejects.toThrow();
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('that was answered is never sent again, whatever the answer', async () => {
    let asked = 0;
    const failing = await listen((_, response) => {
      asked++;
      response.writeHead(503).end('{}');
    });
    expect((await ask([failing], { repeatable: true })).status).toBe(503);
    expect(asked).toBe(1);
  });
});
