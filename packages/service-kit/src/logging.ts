import type { ServiceName } from '@rollcall/types/services';
import { type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';

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

/** How everything is logged; apart from the logger itself so that it can write somewhere else. */
export const loggerOptions = (service: ServiceName | 'host', level: string): LoggerOptions => ({
  level,
  base: { service },
  timestamp: stdTimeFunctions.isoTime,
  redact: { paths: redacted, censor: '[redacted]' },
  serializers: { err: describeError },
});

/** One JSON line an event on standard output, secrets blanked. */
export const createLogger = (service: ServiceName | 'host', level: string): Logger =>
  pino(loggerOptions(service, level));

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
    // Only the frames: the first lines repeat the message, parameters and all.
    stack: error.stack
      ?.split('\n')
      .filter((line) => /^\s+at /.test(line))
      .join('\n'),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
};
