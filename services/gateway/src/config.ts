import { commaList, commonVariables, type Environment, readVariables } from '@rollcall/service-kit/environment';
import { secondFactorDemand } from '@rollcall/types/second-factor-demand';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';

// `null` is the origin of every sandboxed page, `*` everybody's: neither names an application.
const isOrigin = (text: string): boolean =>
  URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text;

export const variables = {
  ...commonVariables,
  HOST: z.string().default('127.0.0.1').meta({ description: 'address to listen on' }),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080).meta({ description: 'port to listen on' }),
  CORS_ORIGINS: commaList
    .refine((origins) => origins.every(isOrigin), 'must be origins such as https://app.example.com')
    .meta({ description: 'origins of web applications that may call with a browser, comma separated' }),
  TRUSTED_PROXIES: commaList
    .refine((ranges) => ranges.every((range) => ipaddr.isValidCIDR(range)), 'must be CIDR ranges')
    .meta({ description: 'CIDR ranges of proxies whose X-Forwarded-For is believed, comma separated' }),
  ROLLCALL_SECOND_FACTOR_OF: secondFactorDemand,
  METRICS_TOKEN: z
    .string()
    .min(16, 'must have at least 16 characters')
    .optional()
    .meta({ description: 'bearer token for `/metrics`, which in production is not there without it' }),
};

/** @throws {ConfigurationError} naming every variable that is missing or malformed. */
export const toConfig = (environment: Environment) => {
  const { HOST, PORT, CORS_ORIGINS, TRUSTED_PROXIES, ...most } = readVariables(variables, environment);
  const { ROLLCALL_SECOND_FACTOR_OF, METRICS_TOKEN, ...common } = most;
  const publicUrl = new URL(common.PUBLIC_URL);
  return {
    common,
    host: HOST,
    port: PORT,
    metricsToken: METRICS_TOKEN,
    secondFactorOf: ROLLCALL_SECOND_FACTOR_OF,
    production: common.NODE_ENV === 'production',
    issuer: publicUrl.origin,
    secure: publicUrl.protocol === 'https:',
    /** Origins whose pages may send our cookies. */
    origins: new Set([publicUrl.origin, ...CORS_ORIGINS]),
    corsOrigins: new Set(CORS_ORIGINS),
    trustedProxies: TRUSTED_PROXIES.map((range) => ipaddr.parseCIDR(range)),
  };
};

export type Config = ReturnType<typeof toConfig>;
