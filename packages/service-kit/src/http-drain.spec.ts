import { createServer, type RequestListener, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { drainServer } from './http-drain.ts';

let server: Server;
let pool: Pool;
afterEach(async () => {
  await pool.destroy();
  server.closeAllConnections();
});

const serve = async (answer: RequestListener): Promise<void> => {
  server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  pool = new Pool(`http://127.0.0.1:${address.port}`, { connections: 8 });
};

const ask = async (): Promise<string> => (await pool.request({ method: 'POST', path: '/', body: '{}' })).body.text();

/** Asks without a pause until nobody listens any more; what became of each request. */
const askUntilGone = async (): Promise<string[]> => {
  const outcomes: string[] = [];
  while (outcomes.at(-1) !== 'ECONNREFUSED') {
    outcomes.push(await ask().catch((error: NodeJS.ErrnoException) => error.code ?? error.message));
  }
  return outcomes;
};

describe('a server that stops (F42)', () => {
  it('breaks nothing off of those who send one request after another, and is soon gone', async () => {
    await serve(async (_, response) => {
      await delay(Math.random() * 10);
      response.end('done');
    });
    const clients = Array.from({ length: 8 }, askUntilGone);
    for (let n = 0; n < 20; n++) await ask();
    const began = performance.now();
    await drainServer(server, { lingerMilliseconds: 300, stopMilliseconds: 10_000 });
    expect(performance.now() - began).toBeLessThan(2_000);
    const outcomes = (await Promise.all(clients)).flat();
    expect(outcomes.length).toBeGreaterThan(50);
    expect(outcomes.filter((outcome) => outcome !== 'done' && outcome !== 'ECONNREFUSED')).toEqual([]);
  });

  it('answers what was under way, and keeps no connection for the sake of the next request', async () => {
    let finish = (): void => undefined;
    const begun = new Promise<void>((arrived) => {
      void serve((_, response) => {
        // Its headers promise to keep the connection.
        response.write('do');
        finish = () => response.end('ne');
        arrived();
      });
    });
    await expect.poll(() => server.listening).toBe(true);
    const answer = ask();
    await begun;
    const stopped = drainServer(server, { lingerMilliseconds: 10, stopMilliseconds: 10_000 });
    const began = performance.now();
    finish();
    expect(await answer).toBe('done');
    await stopped;
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('cuts what takes too long', async () => {
    await serve(() => undefined);
    const answer = expect(ask()).rejects.toThrow();
    await expect.poll(() => new Promise((told) => server.getConnections((_, count) => told(count)))).toBe(1);
    await drainServer(server, { lingerMilliseconds: 10, stopMilliseconds: 50 });
    await answer;
  });
});
