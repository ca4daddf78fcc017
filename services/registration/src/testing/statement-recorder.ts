import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * A way to Postgres on which every statement that is executed is written down, in order. Reads the frontend messages of
 * the protocol (version 3): Parse names a text, Bind picks one, Execute runs it, Query is text itself.
 */
export const recordStatements = async (url: string) => {
  const target = new URL(url);
  const executed: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .once('close', () => {
          sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
    }
    const read = createReader((text) => executed.push(text));
    client.on('data', read);
    client.pipe(upstream);
    upstream.pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(address.port);

  return {
    url: through.href,
    /** The statements executed while `work` ran, by whomever. */
    during: async (work: () => Promise<unknown>): Promise<string[]> => {
      const from = executed.length;
      await work();
      return executed.slice(from);
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

const createReader = (found: (statement: string) => void) => {
  const texts = new Map<string, string>();
  let pending: Buffer = Buffer.alloc(0);
  let bound = '';
  let started = false;

  const take = (type: string, body: Buffer): void => {
    const [first = '', second = ''] = body.toString('utf8').split('\0');
    if (type === 'P') texts.set(first, second);
    if (type === 'B') bound = texts.get(second) ?? '';
    if (type === 'E') found(bound);
    if (type === 'Q') found(first);
  };
  return (chunk: Buffer): void => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      // The first message has no type.
      const head = started ? 1 : 0;
      if (pending.length < head + 4) return;
      const length = head + pending.readInt32BE(head);
      if (pending.length < length) return;
      if (started) take(String.fromCharCode(pending[0] ?? 0), pending.subarray(5, length));
      started = true;
      pending = pending.subarray(length);
    }
  };
};
