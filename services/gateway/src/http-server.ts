import { createServer, type Server } from 'node:http';
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

export const createHttpServer = (fetch: Fetch, patience: Patience): Server =>
  createServer(
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

/** Takes no more connections, lets requests under way finish for a while, then cuts what is left. */
export const stopHttpServer = async (server: Server, { stopMilliseconds }: Patience): Promise<void> => {
  const closed = new Promise((done) => server.close(done));
  server.closeIdleConnections();
  const limit = setTimeout(() => server.closeAllConnections(), stopMilliseconds);
  await closed;
  clearTimeout(limit);
};
