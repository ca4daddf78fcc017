import dns from 'node:dns';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { HttpDirectory } from './service-directory.ts';
import type { ServiceRequest } from './service-request.ts';

const servers: Server[] = [];
let directory: HttpDirectory | undefined;
afterEach(async () => {
  await directory?.close();
  for (const server of servers.splice(0)) server.closeAllConnections();
});

const listen = async (answer: RequestListener, host = '127.0.0.1'): Promise<string> => {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, host, listening));
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

  it.each([
    ['does not listen', nowhere, false],
    ['breaks everything off', () => listen((request) => request.socket.destroy()), true],
  ])('reaches the one that is up, however many ask while the other %s (F42)', async (_, other, repeatable) => {
    const up = await listen((_request, response) => response.end('{}'));
    const urls = [await other(), up];
    await ask(urls, { repeatable });
    const request = { method: 'PUT', target: '/', headers: {}, body: null, repeatable };
    const answers = await Promise.allSettled(Array.from({ length: 300 }, () => directory?.send('profile', request)));
    expect(answers.filter(({ status }) => status === 'rejected')).toEqual([]);
  });

  it('is sent again after it broke off only if it may be (F40)', async () => {
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

  it.each([
    ['goes to each other one, once, when it is turned away at once and may be repeated', 503, true, 3],
    ['that may not be repeated is never sent again once it is answered', 503, false, 1],
    ['is never sent again after any other answer', 500, true, 1],
  ])('%s (F42)', async (_, status, repeatable, attempts) => {
    let asked = 0;
    const urls = [1, 2, 3].map(() =>
      listen((_request, response) => {
        asked++;
        response.writeHead(status).end('{}');
      }),
    );
    expect((await ask(await Promise.all(urls), { repeatable })).status).toBe(status);
    expect(asked).toBe(attempts);
  });

  it('is answered by the one that is up to date while another one has only just started (F42)', async () => {
    const starting = await listen((_, response) => response.writeHead(503).end('{}'));
    const ready = await listen((_, response) => response.end('{}'));
    for (const urls of [
      [starting, ready],
      [ready, starting],
    ]) {
      expect((await ask(urls, { repeatable: true })).status).toBe(200);
    }
  });

  it('is not asked of another one when the first took its time to turn it away: all have the same trouble', async () => {
    let asked = 0;
    const slow = () =>
      listen((_, response) => {
        asked++;
        setTimeout(() => response.writeHead(503).end('{}'), 300);
      });
    expect((await ask([await slow(), await slow()], { repeatable: true })).status).toBe(503);
    expect(asked).toBe(1);
  });
});

describe('a replica that takes connections and says nothing', () => {
  it('costs whoever may be asked twice two seconds, and nobody who comes in the next moments anything (F40)', async () => {
    const silent = await listen(() => undefined);
    const up = await listen((_, response) => response.end('{}'));
    const request = { method: 'GET', target: '/', headers: {}, body: null, repeatable: true };
    const timed = async (first: boolean) => {
      const began = performance.now();
      const answer = await (first ? ask([silent, up], request) : directory?.send('profile', request));
      expect(answer?.status).toBe(200);
      return performance.now() - began;
    };
    expect(await timed(true)).toBeLessThan(4_000);
    for (let n = 0; n < 10; n++) expect(await timed(false)).toBeLessThan(500);
  });
});

describe('a name', () => {
  afterEach(() => vi.restoreAllMocks());

  it('stands for as many replicas as it has addresses, now and later', async () => {
    const asked: string[] = [];
    const hear: RequestListener = (request, response) => {
      asked.push(request.socket.localAddress ?? '');
      response.end('{}');
    };
    const url = await listen(hear, '0.0.0.0');
    let addresses = ['127.0.0.1', '127.0.0.2'];
    const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((_name: string, _options: object, done: Done) =>
      done(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      )) as typeof dns.lookup);
    const named = url.replace('127.0.0.1', 'profile.example');
    for (let n = 0; n < 4; n++) await (n === 0 ? ask([named]) : directory?.send('profile', another));
    expect(new Set(asked)).toEqual(new Set(['127.0.0.1', '127.0.0.2']));
    addresses = ['127.0.0.3'];
    await expect
      .poll(
        async () => {
          await directory?.send('profile', another);
          return asked.at(-1);
        },
        { timeout: 5_000 },
      )
      .toBe('127.0.0.3');
    lookup.mockImplementation(((_name: string, _options: object, done: Done) =>
      done(new Error('no answer'), [])) as typeof dns.lookup);
    expect((await directory?.send('profile', another))?.status).toBe(200);
  });
});

type Done = (error: Error | null, addresses: { address: string; family: number }[]) => void;
const another = { method: 'GET', target: '/', headers: {}, body: null, repeatable: true };

describe('a way on which', () => {
  it('everything is swallowed is given up after ten seconds, and nothing asked again (F40)', {
    timeout: 20_000,
  }, async () => {
    let asked = 0;
    const hole = await listen(() => {
      asked++;
    });
    const began = performance.now();
    const answers = [ask([hole]), ask([hole], { repeatable: true })];
    for (const { status } of await Promise.allSettled(answers)) expect(status).toBe('rejected');
    expect(performance.now() - began).toBeLessThan(12_000);
    expect(asked).toBe(2);
  });

  it('an answer comes too late keeps it from whoever asks next (F40)', async () => {
    let late: ServerResponse | undefined;
    const slow = await listen((request, response) => {
      if (request.url === '/slow') late = response;
      else response.end('yours');
    });
    const patience = { target: '/slow', method: 'GET', body: null, repeatable: true, signal: AbortSignal.timeout(100) };
    await expect(ask([slow], patience)).rejects.toThrow();
    late?.end('not yours');
    const { signal: _, ...next } = patience;
    const answer = await directory?.send('profile', { ...next, target: '/', headers: {} });
    expect(await answer?.text()).toBe('yours');
  });

  it('an answer comes twice is not used again, and nobody is given the second (F40)', async () => {
    const text = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n';
    const doubling = await listen((request) => {
      const own = `${text}${request.url?.slice(1)}`;
      request.socket.write(own + own);
    });
    const one = { method: 'GET', headers: {}, body: null, repeatable: true };
    expect(await (await ask([doubling], { ...one, target: '/aaaa' })).text()).toBe('aaaa');
    for (const name of ['bbbb', 'cccc', 'dddd']) {
      expect(await (await directory?.send('profile', { ...one, target: `/${name}` }))?.text()).toBe(name);
    }
  });

  it('it is reset after the service has done its work, that is not done again for who did not say it may be (F40)', async () => {
    let done = 0;
    const resetting = await listen((request) => {
      request.resume().on('end', () => {
        done++;
        request.socket.resetAndDestroy();
      });
    });
    await expect(ask([resetting])).rejects.toThrow();
    expect(done).toBe(1);
  });
});
