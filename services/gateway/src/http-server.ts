import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { type DrainLimits, drainServer } from '@rollcall/service-kit/http-drain';
import { newId } from '@rollcall/service-kit/identity';
import { problemResponse } from '@rollcall/service-kit/problem-response';
import { type ProblemCode, refuse } from '@rollcall/types/problems';
import { plainRefusal, writeRefusal } from './raw-refusal.ts';

/** How long a client may take. Whoever sends a byte now and then to keep a connection busy is cut off. */
export interface Patience extends DrainLimits {
  /** For the headers of a request. */
  readonly headersMilliseconds: number;
  /** For a whole request, body included. */
  readonly requestMilliseconds: number;
}

export const usualPatience: Patience = {
  headersMilliseconds: 10_000,
  requestMilliseconds: 30_000,
  lingerMilliseconds: 500,
  stopMilliseconds: 10_000,
};

type Fetch = Parameters<typeof getRequestListener>[0];

/** Connections that Node has handed over with an offer to change the protocol, and forgotten about. */
const upgraded = new WeakMap<Server, Set<Duplex>>();

export const createHttpServer = (fetch: Fetch, patience: Patience): Server => {
  const answer = getRequestListener(fetch, {
    // A target or Host that no URL can be made of; it never gets as far as a route.
    errorHandler: () => problemResponse(refuse('invalid_input'), newId()),
  });
  const server = createServer(
    {
      headersTimeout: patience.headersMilliseconds,
      requestTimeout: patience.requestMilliseconds,
      connectionsCheckingInterval: Math.min(1_000, patience.headersMilliseconds / 2),
      // Longer than proxies keep theirs, so that none sends into a connection that is just being closed.
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16_384,
    },
    (request, response) => {
      if (namesOneHost(request)) void answer(request, response);
      else refuseHosts(response);
    },
  );
  const responses = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (request, response) => responses.set(request.socket, response));
  server.on('clientError', (error, socket) => refuseBytes(error, socket, responses.get(socket)));

  const handedOver = new Set<Duplex>();
  upgraded.set(server, handedOver);
  server.on('upgrade', (request, socket) => {
    handedOver.add(socket);
    socket.on('close', () => handedOver.delete(socket));
    if (!isWebSocketUpgrade(request) && socket instanceof Socket) answerAsUsual(server, request, socket, patience);
  });
  return server;
};

/** RFC 9112 section 3.2: of two Host lines a proxy may believe one and we the other. */
export const namesOneHost = ({ rawHeaders }: IncomingMessage): boolean =>
  rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length < 2;

const refuseHosts = (response: ServerResponse): void => {
  const { headers, text } = plainRefusal(refuse('invalid_input', { detail: 'There must be one Host header.' }));
  response.writeHead(400, { ...headers, connection: 'close' }).end(text);
};

const parserRefusals: ReadonlyMap<unknown, ProblemCode> = new Map([
  ['HPE_HEADER_OVERFLOW', 'headers_too_large'],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 'payload_too_large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', 'request_timeout'],
]);

/** Answers what Node’s parser would not take, unless an answer is on its way already: two would be read as one. */
const refuseBytes = (error: Error, socket: Duplex, last: ServerResponse | undefined): void => {
  const isAnswering = last?.headersSent === true && !last.writableFinished;
  if (!socket.writable || isAnswering) {
    socket.destroy();
    return;
  }
  const code = 'code' in error ? parserRefusals.get(error.code) : undefined;
  writeRefusal(socket, refuse(code ?? 'invalid_input', code ? {} : { detail: 'This is not HTTP as RFC 9112 has it.' }));
};

/** Is this the beginning of a WebSocket (RFC 6455 section 4.1)? */
export const isWebSocketUpgrade = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket';

/**
 * An offer to speak anything else, such as HTTP/2 in the clear, may be passed over (RFC 9110 section 7.8); but Node takes
 * its parser off the connection, so that only a request without a body can still be answered.
 */
const answerAsUsual = (server: Server, request: IncomingMessage, socket: Socket, patience: Patience): void => {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  // The server's own time limits do not hold any more, nor does it close what a client leaves half open.
  socket.setTimeout(patience.requestMilliseconds, () => socket.destroy());
  response.on('finish', () => socket.destroySoon());
  socket.on('error', () => socket.destroy());
  if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined) {
    server.emit('request', request, response);
  } else {
    response.writeHead(501, { connection: 'close' }).end();
  }
};

/** Lets go of its clients, lets requests under way finish for a while, then cuts what is left. */
export const stopHttpServer = (server: Server, patience: Patience): Promise<void> =>
  drainServer(server, patience, () => {
    server.closeAllConnections();
    for (const socket of upgraded.get(server) ?? []) socket.destroy();
  });
