import { connect, createServer } from 'node:net';

/** A way to a database that can break off just when the answer to a COMMIT comes back. */
export const deafWay = async (url: string) => {
  const target = new URL(url);
  let armed = false;
  const server = createServer((client) => {
    const database = connect(Number(target.port), target.hostname);
    const end = (): void => {
      client.destroy();
      database.destroy();
    };
    client.on('data', (data) => database.write(data));
    database.on('data', (data) => {
      // The server says so once it is done; and nobody hears of it.
      if (armed && data.includes('COMMIT\0')) {
        armed = false;
        end();
      } else client.write(data);
    });
    for (const socket of [client, database]) socket.on('error', end).on('close', end);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the way has no port');
  const through = new URL(url);
  through.host = `127.0.0.1:${address.port}`;
  return {
    url: through.href,
    /** Breaks off at the next COMMIT. */
    breakAtCommit: () => {
      armed = true;
    },
    hasBroken: () => !armed,
    close: () => server.close(),
  };
};
