import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** How long a server that stops goes on. */
export interface DrainLimits {
  /** So long its clients have to send what they were just about to send, and are told to let go of their connections. */
  readonly lingerMilliseconds: number;
  /** And then so long requests that are under way have to be answered. */
  readonly stopMilliseconds: number;
}

/**
 * Stops a server without breaking off anything that it could have answered. It takes no connection any more. One that is
 * kept alive may not be closed at once, for its client may just be sending: so every answer from the first moment on says
 * that its connection ends with it (RFC 9112 section 9.6), and only those that were silent all the while are closed.
 *
 * @param cut ends what is left when the time is up
 */
export const drainServer = async (
  server: Server,
  { lingerMilliseconds, stopMilliseconds }: DrainLimits,
  cut: () => void = () => server.closeAllConnections(),
): Promise<void> => {
  server.prependListener('request', (_, response) => {
    response.shouldKeepAlive = false;
  });
  // What `close` of an HTTP server does beyond this is to close idle connections at once.
  const closed = new Promise((done) => NetServer.prototype.close.call(server, done));
  await Promise.race([closed, delay(lingerMilliseconds, undefined, { ref: false })]);
  // One whose answer was begun before the stop was told nothing, and would be kept. Not before what has arrived is read:
  // a process that was busy would take a connection for idle whose request waits in its buffer.
  const idle = setInterval(() => setImmediate(() => server.closeIdleConnections()), 50);
  const limit = setTimeout(cut, stopMilliseconds);
  await closed;
  clearInterval(idle);
  clearTimeout(limit);
};
