import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { newId } from '@rollcall/service-kit/identity';
import { problemResponse } from '@rollcall/service-kit/problem-response';
import { refuse } from '@rollcall/types/problems';

/** How long a client may take. Whoever sends a byte now and then to keep a connection busy is cut off. */
export interface Patience {
  /** For the headers of a request. */
  readonly headersMilliseconds: number;
  /** For a whole request, body included. */
  readonly requestMilliseconds: number;
  /** For requests that are under way when the server stops. */
  readonly stopMilliseconds: number;
}

export const usualPatience: Patience = {
  headersMilliseconds: 10_000,
  requestMilliseconds: 30_000,
  stopMilliseconds: 10_000,
};

type Fetch = Parameters<typeof getRequestListener>[0];

export const createHttpServer = (fetch: Fetch, patience: Patience): Server => {
  const server = createServer(
    {
      headersTimeout: patience.headersMilliseconds,
      requestTimeout: patience.requestMilliseconds,
      connectionsCheckingInterval: Math.min(1_000, patience.headersMilliseconds / 2),
      // Longer than proxies keep theirs, so that none sends into a connection that is just being closed.
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16_384,
    },
    getRequestListener(fetch, {
      // A target or Host that no URL can be made of; it never gets as far as a route.
      errorHandler: () => problemResponse(refuse('invalid_input'), newId()),
    }),
  );
  server.on('upgrade', (request, socket) => {
    if (!isWebSocketUpgrade(request) && socket instanceof Socket) answerAsUsual(server, request, socket);
  });
  return server;
};

/** Is this the beginning of a WebSocket (RFC 6455 section 4.1)? */
export const isWebSocketUpgrade = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket';

/**
 * An offer to speak anything else, such as HTTP/2 in the clear, may be passed over (RFC 9110 section 7.8); but Node takes
 * its parser off the connection, so that only a request without a body can still be answered.
 */
const answerAsUsual = (server: Server, request: IncomingMessage, socket: Socket): void => {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.on('finish', () => socket.end());
  socket.on('error', () => socket.destroy());
  if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined) {
    server.emit('request', request, response);
  } else {
    response.writeHead(501, { connection: 'close' }).end();
  }
};

/** Takes no more connections, lets requests under way finish for a while, then cuts what is left. */
export const stopHttpServer = async (server: Server, { stopMilliseconds }: Patience): Promise<void> => {
  const closed = new Promise((done) => server.close(done));
  server.closeIdleConnections();
  const limit = setTimeout(() => server.closeAllConnections(), stopMilliseconds);
  await closed;
  clearTimeout(limit);
};
