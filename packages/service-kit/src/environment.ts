import { serviceNames } from '@rollcall/types/services';
import { z } from 'zod';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown once with every problem in it, so that an operator mends the configuration in one go. */
export class ConfigurationError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigurationError';
    this.problems = problems;
  }
}

/** A 256-bit key in base64url. A missing or short one stops the start: a default key would be everybody's key. */
export const secretKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 random bytes in base64url')
  .transform((text) => Buffer.from(text, 'base64url'));

const list = (text: string): readonly string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const pairs = (text: string): ReadonlyMap<string, string> =>
  new Map(
    list(text).map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at), pair.slice(at + 1)] as const;
    }),
  );

export const commaList = z.string().default('').transform(list);

const peerNames: ReadonlySet<string> = new Set([...serviceNames, 'operator']);

const trustKeys = z
  .string()
  .transform(pairs)
  .refine((keys) => [...keys.keys()].every((peer) => peerNames.has(peer)), 'must name services only')
  .refine(
    (keys) => [...keys.values()].every((key) => secretKey.safeParse(key).success),
    'must hold peer=key pairs, each key 32 random bytes in base64url',
  )
  .transform((keys) => new Map([...keys].map(([peer, key]) => [peer, Buffer.from(key, 'base64url')])));

/** The variables that every service reads. */
export const everyServiceVariables = {
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .meta({ description: 'production turns off every convenience meant for a developer’s machine' }),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'])
    .default('info')
    .meta({ description: 'how much is logged' }),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .meta({ description: 'where people reach the gateway; the issuer of tokens and base of mailed links' }),
  SERVICE_TRUST_KEYS: trustKeys.meta({
    description: 'peer=key pairs, comma separated: one secret for each pair of services',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .string()
    .optional()
    .meta({ description: 'an OpenTelemetry collector that takes traces over HTTP; no traces without one' }),
  SERVICE_URLS: z
    .string()
    .default('')
    .transform((text) => new Map([...pairs(text)].map(([service, urls]) => [service, urls.split('|')] as const)))
    .refine((urls) => [...urls.values()].flat().every((url) => URL.canParse(url)), 'must hold service=url pairs')
    .meta({
      description:
        'service=url pairs, comma separated, the urls of several replicas with | between; empty when all run in one process',
    }),
} as const;

/** The variables that every service with state reads; a service adds its own. */
export const commonVariables = {
  ...everyServiceVariables,
  DATABASE_URL: z.string().min(1).meta({ description: 'Postgres, as the login role of this service' }),
  NATS_URL: z.string().min(1).meta({ description: 'NATS with JetStream' }),
  NATS_TOKEN: z.string().optional().meta({ description: 'token for NATS, where it asks for one' }),
} as const;

/**
 * Reads the variables of `shape` out of an environment.
 *
 * @throws {ConfigurationError} naming every missing or malformed variable, never its value.
 */
export const readVariables = <Shape extends z.ZodRawShape>(shape: Shape, environment: Environment) => {
  // Set to nothing is not set: a Compose file has no other way to leave a variable out.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = z.object(shape).safeParse(given);
  if (result.success) return result.data;
  throw new ConfigurationError(
    result.error.issues.map(({ path: [name], message }) =>
      given[String(name)] === undefined ? `${String(name)} is missing` : `${String(name)}: ${message}`,
    ),
  );
};

/** The variables of {@link everyServiceVariables}, read. */
export type EveryServiceVariables = z.infer<z.ZodObject<typeof everyServiceVariables>>;

/** The variables of {@link commonVariables}, read. */
export type CommonVariables = z.infer<z.ZodObject<typeof commonVariables>>;
