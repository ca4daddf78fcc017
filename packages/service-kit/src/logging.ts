import type { ServiceName } from '@rollcall/types/services';
import { type Logger, pino } from 'pino';

export type { Logger };

// A second fence: nothing logs these on purpose. Paths cover the shapes that errors and requests drag along.
const secretNames = [
  'password',
  'current',
  'token',
  'refreshToken',
  'accessToken',
  'authorization',
  'cookie',
  'secret',
  'key',
];
const redacted = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** One JSON line an event on standard output, secrets blanked. */
export const createLogger = (service: ServiceName | 'host', level: string): Logger =>
  pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: redacted, censor: '[redacted]' },
    serializers: { err: describeError },
  });

// postgres.js and nats hang parameters and connection details on their errors: only what is known to be harmless passes.
const describeError = (error: unknown): Record<string, unknown> => {
  if (!(error instanceof Error)) return { message: typeof error };
  const code = 'code' in error ? error.code : undefined;
  return {
    type: error.name,
    // Drizzle puts the statement's parameters into the message; its cause says what happened without them.
    message:
      error.name === 'DrizzleQueryError' || error.message.startsWith('Failed query') ? 'a query failed' : error.message,
    ...(code === undefined ? {} : { code }),
    stack: error.stack?.split('\n').slice(1).join('\n'),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
};
