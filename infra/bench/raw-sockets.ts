import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** Clients of WebSockets that only count what comes, so that they cost next to nothing beside whoever is measured. */
export const openRawSockets = (port: number, count: number): Promise<readonly Socket[]> =>
  Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<Socket>((resolve, reject) => {
          const socket = connect(port, '127.0.0.1');
          const key = randomBytes(16).toString('base64');
          socket.once('error', reject);
          socket.once('data', () => {
            socket.resume();
            resolve(socket);
          });
          socket.write(
            `GET / HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
          );
        }),
    ),
  );
