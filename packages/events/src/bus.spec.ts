import { createServer, type Server, type Socket } from 'node:net';
import { createLogger } from '@rollcall/service-kit/logging';
import { waitFor } from '@rollcall/testing/wait-for';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bus } from './bus.ts';

let frozen: Server;
let taken: Socket[];

beforeEach(async () => {
  taken = [];
  frozen = createServer((socket) => {
    taken.push(socket);
    socket.resume();
  });
  await new Promise<void>((listening) => frozen.listen(0, '127.0.0.1', listening));
});

afterEach(() => {
  for (const socket of taken) socket.destroy();
  frozen.close();
});

/** The client of this version needs our patch for it. */
describe('a server that takes connections and says nothing', () => {
  it('is hung up on before the next attempt: were it to answer late, two connections would share the messages', async () => {
    const address = frozen.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    const log = createLogger('host', 'silent');
    const bus = new Bus({ url: `nats://127.0.0.1:${address.port}`, token: undefined, name: 'spec', log });
    try {
      await waitFor('a second attempt', async () => taken.length > 1);
      expect(taken[0]?.closed).toBe(true);
    } finally {
      await bus.close();
    }
  });
});
