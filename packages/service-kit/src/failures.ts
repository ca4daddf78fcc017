import { type Refusal, refuse } from '@rollcall/types/problems';
import { ServiceUnavailableError } from './service-client.ts';

// Connection trouble as Node, NATS, postgres.js and Postgres itself name it (SQLSTATE class 08, 53, 57P, read-only 25006).
const outageCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'TIMEOUT',
  'DISCONNECT',
  '503',
  'CONNECT_TIMEOUT',
  'QUEUE_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  '25006',
  '25P03',
  '57P01',
  '57P02',
  '57P03',
  '55P03',
  '57014',
  '40001',
  '40P01',
]);

/** Is a dependency down or too busy, rather than our code wrong? Looks through the chain of causes. */
export const isOutage = (error: unknown): boolean => {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if (at instanceof ServiceUnavailableError || at.name === 'TimeoutError') return true;
    const code = 'code' in at ? at.code : undefined;
    if (typeof code === 'string' && (outageCodes.has(code) || /^(?:08|53)[0-9A-Z]{3}$/.test(code))) return true;
  }
  return false;
};

/** What a caller is told when a handler failed: 503 for an outage, 500 for a bug, never why. */
export const failureRefusal = (error: unknown): Refusal =>
  isOutage(error) ? refuse('unavailable', { retryAfterSeconds: 1 }) : refuse('internal_error');
