import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { newId } from '@rollcall/service-kit/identity';
import { problemDocument } from '@rollcall/service-kit/problem-response';
import { problems, type Refusal } from '@rollcall/types/problems';

/** A refusal for where no route is reached yet: the problem and what stands above it. */
export const plainRefusal = (refusal: Refusal) => {
  const requestId = newId();
  const text = JSON.stringify(problemDocument(refusal, requestId));
  const headers: Readonly<Record<string, string>> = {
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(text)),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
    ...(refusal.retryAfterSeconds === undefined ? {} : { 'retry-after': String(refusal.retryAfterSeconds) }),
    ...(problems[refusal.refused].status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  };
  return { headers, text };
};

/**
 * Writes a refusal to a connection that Node’s server has nothing to do with any more, and lets go of it: whoever keeps
 * their own side open would keep it for ever, as no time limit of the server holds there.
 */
export const writeRefusal = (socket: Duplex, refusal: Refusal): void => {
  const { status } = problems[refusal.refused];
  const { headers, text } = plainRefusal(refusal);
  const lines = Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}`);
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines].join('\r\n');
  socket.once('finish', () => socket.destroy());
  socket.end(`${head}\r\n\r\n${text}`);
};
