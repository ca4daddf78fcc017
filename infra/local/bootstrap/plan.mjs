import { hkdfSync } from 'node:crypto';

/** @import { Environment, Plan, Ports, Secrets, ServiceName, StatefulService } from './types.ts' */

/** @type {readonly ServiceName[]} */
export const SERVICES = [
  'gateway',
  'auth',
  'registration',
  'profile',
  'role-permission',
  'notification',
  'activity-log',
  'deactivation',
  'console',
];

/** @type {readonly StatefulService[]} */
export const STATEFUL_SERVICES = SERVICES.filter((service) => service !== 'console');

/** The peer as which command-line tools (such as `npm run setup:dev-users`) call services. */
export const OPERATOR = 'operator';

/** Variables of the operator's own environment that every service gets; so does everything that starts with ROLLCALL_. */
const PASSED_ON = [
  'LOG_LEVEL',
  'PUBLIC_URL',
  'MAIL_FROM',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'CORS_ORIGINS',
  'TRUSTED_PROXIES',
];

/** Variables that are nobody's business but those of `auth`. */
const OF_AUTH = [
  'BLOCKING_HOOKS',
  'BLOCKING_HOOK_SECRETS',
  'BREACHED_PASSWORDS_URL',
  'DNS_SERVERS',
  'HASHES_AT_ONCE',
  'IDENTITY_PROVIDERS',
  'IDENTITY_PROVIDER_SECRETS',
  'KEY_ROTATION_DAYS',
  'OAUTH_REGISTRATION',
  'OUTGOING_PRIVATE_HOSTS',
  'PASSKEY_DOMAIN',
  'PASSKEY_ORIGINS',
  'PASSWORDS_REMEMBERED',
  'PASSWORD_HASH_MEMORY',
];

/**
 * What the host is told: the environment of every service, and the owner's way into the database.
 * @param {{ secrets: Secrets, ports: Ports, env: Environment }} given
 * @returns {Plan}
 */
export function createPlan({ secrets, ports, env }) {
  const databaseOwnerUrl = ownerUrl({ secrets, ports, env });
  const natsUrl = env.NATS_URL || `nats://127.0.0.1:${ports.nats}`;
  const natsToken = env.NATS_URL ? env.NATS_TOKEN : secrets.natsToken;

  /** @param {ServiceName} service */
  const stateless = (service) => ({
    NODE_ENV: env.NODE_ENV || 'development',
    LOG_LEVEL: 'warn',
    PUBLIC_URL: `http://localhost:${ports.gateway}`,
    SERVICE_TRUST_KEYS: serviceTrustKeys(secrets, service),
    ...passedOn(env),
  });

  /** @param {StatefulService} service */
  const common = (service) => ({
    DATABASE_URL: serviceDatabaseUrl(databaseOwnerUrl, secrets, service),
    NATS_URL: natsUrl,
    ...(natsToken ? { NATS_TOKEN: natsToken } : {}),
    ...stateless(service),
  });

  return {
    databaseOwnerUrl,
    operatorTrustKeys: serviceTrustKeys(secrets, OPERATOR),
    environment: {
      gateway: {
        ...common('gateway'),
        HOST: '127.0.0.1',
        PORT: String(ports.gateway),
        ...(env.METRICS_TOKEN ? { METRICS_TOKEN: env.METRICS_TOKEN } : {}),
      },
      auth: {
        ...common('auth'),
        KEY_ENCRYPTION_SECRET: secrets.authKeyEncryption,
        ...keptOf(env, (name) => OF_AUTH.includes(name)),
      },
      registration: { ...common('registration'), KEY_ENCRYPTION_SECRET: secrets.registrationKeyEncryption },
      profile: common('profile'),
      'role-permission': {
        // On a developer's machine the first person becomes the administrator without it.
        ...(isDevelopersMachine(env) ? {} : { ROLLCALL_SETUP_TOKEN: setupToken(secrets) }),
        ...common('role-permission'),
        KEY_ENCRYPTION_SECRET: derive(secrets.root, 'key encryption of role-permission'),
        ...keptOf(env, (name) => name === 'BILLING_SECRET'),
      },
      notification: {
        MAIL_FROM: 'Rollcall <no-reply@rollcall.localhost>',
        ...common('notification'),
        SMTP_URL: env.SMTP_URL || `smtp://127.0.0.1:${ports.smtp}`,
      },
      'activity-log': common('activity-log'),
      deactivation: common('deactivation'),
      console: stateless('console'),
    },
  };
}

/**
 * The environment of a service that runs as a process of its own; nothing else of ours reaches it.
 * @param {Plan} plan
 * @param {{ service: ServiceName, port: number, urls: string }} replica `urls` is its SERVICE_URLS
 * @returns {Record<string, string>}
 */
export function environmentOf({ environment }, { service, port, urls }) {
  return { ...environment[service], HOST: '127.0.0.1', PORT: String(port), SERVICE_URLS: urls };
}

/**
 * The URL of the database's owner.
 * @param {{ secrets: Secrets, ports: Pick<Ports, 'postgres'>, env: Environment }} given
 */
export function ownerUrl({ secrets, ports, env }) {
  return env.DATABASE_URL || `postgres://postgres:${secrets.postgresPassword}@127.0.0.1:${ports.postgres}/rollcall`;
}

/**
 * The keys with which a service (or the operator) and each of its peers prove themselves to one another:
 * `peer=key` pairs with commas between. One key per pair, so a service that leaks its keys cannot speak for two others.
 * @param {Pick<Secrets, 'root'>} secrets
 * @param {ServiceName | typeof OPERATOR} self
 */
export function serviceTrustKeys(secrets, self) {
  return [...SERVICES, OPERATOR]
    .filter((peer) => peer !== self)
    .map((peer) => `${peer}=${derive(secrets.root, [self, peer].sort().join('|'))}`)
    .join(',');
}

/**
 * The set-up token of a data folder: whoever signs up with it first becomes the first administrator in production.
 * @param {Pick<Secrets, 'root'>} secrets
 */
function setupToken(secrets) {
  return derive(secrets.root, 'set-up token');
}

/**
 * @param {string} owner
 * @param {Secrets} secrets
 * @param {StatefulService} service
 */
function serviceDatabaseUrl(owner, secrets, service) {
  const url = new URL(owner);
  url.username = `rollcall_${service.replaceAll('-', '_')}`;
  url.password = derive(secrets.root, `database password of ${service}`);
  return url.href;
}

/**
 * Is this a developer's own machine, as the services judge it: in development, people and database on loopback?
 * @param {Environment} env
 */
export function isDevelopersMachine(env) {
  const isDevelopment = (env.NODE_ENV || 'development') === 'development';
  return isDevelopment && [env.PUBLIC_URL, env.DATABASE_URL].every((url) => !url || isLoopback(url));
}

/**
 * As service-kit's `isLoopbackUrl`, which cannot be imported before anything is installed.
 * @param {string} url
 */
function isLoopback(url) {
  return (
    URL.canParse(url) && /^(?:localhost|[^,]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(new URL(url).hostname)
  );
}

/** @param {Environment} env */
function passedOn(env) {
  return keptOf(env, (name) => PASSED_ON.includes(name) || name.startsWith('ROLLCALL_'));
}

/**
 * Those variables of the operator's environment that are set.
 * @param {Environment} env
 * @param {(name: string) => boolean} isWanted
 */
function keptOf(env, isWanted) {
  /** @type {Record<string, string>} */
  const kept = {};
  for (const [name, value] of Object.entries(env)) if (value && isWanted(name)) kept[name] = value;
  return kept;
}

/**
 * HKDF-SHA256 with an empty salt: 32 bytes in base64url.
 * @param {string} root
 * @param {string} info
 */
function derive(root, info) {
  return Buffer.from(hkdfSync('sha256', Buffer.from(root, 'base64url'), '', info, 32)).toString('base64url');
}
