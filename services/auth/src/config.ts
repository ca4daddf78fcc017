import { availableParallelism } from 'node:os';
import { blockingHookSecrets, blockingHooks, judgeHooks } from '@rollcall/service-kit/blocking-hook-config';
import { isDevelopersMachine } from '@rollcall/service-kit/developers-machine';
import {
  ConfigurationError,
  commaList,
  commonVariables,
  type Environment,
  readVariables,
  secretKey,
} from '@rollcall/service-kit/environment';
import { isConfidential, privateHosts } from '@rollcall/service-kit/private-hosts';
import { z } from 'zod';
import { isDnsServer } from './domains/txt-lookup.ts';
import { identityProviderSecrets, identityProviders, judgeProviders } from './identities/provider-config.ts';
import { leastMemoryKibibytes } from './passwords/password-hasher.ts';

const dnsServers = commaList
  .refine(
    (servers) => servers.every(isDnsServer),
    'must hold IP addresses, each with a port if wanted, comma separated',
  )
  .meta({
    description:
      'name servers that are asked about domains of organizations, such as 192.0.2.53:53; those of the system unless told',
  });

export const variables = {
  ...commonVariables,
  KEY_ENCRYPTION_SECRET: secretKey.meta({
    description: 'encrypts the keys that sign tokens in the database; the secrets of mailed links are derived from it',
  }),
  KEY_ROTATION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_650)
    .default(90)
    .meta({ description: 'days after which a new key signs tokens' }),
  HASHES_AT_ONCE: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .optional()
    .meta({ description: 'passwords hashed at the same time; one less than the cores unless told' }),
  PASSWORD_HASH_MEMORY: z.coerce
    .number()
    .int()
    .min(1_024)
    .max(4_194_304)
    .default(leastMemoryKibibytes)
    .meta({
      description: `KiB that hashing a password takes (argon2id), in production ${leastMemoryKibibytes} or more`,
    }),
  PASSWORDS_REMEMBERED: z.coerce
    .number()
    .int()
    .min(0)
    .max(24)
    .default(5)
    .meta({ description: 'how many of their last passwords, the present one included, nobody may take again' }),
  BREACHED_PASSWORDS_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address that ends with /' })
    .regex(/\/$/, 'must be an address that ends with /')
    .optional()
    .meta({
      description:
        'asked whether new passwords have leaked, by the first five digits of their SHA-1, such as https://api.pwnedpasswords.com/range/; nobody unless told',
    }),
  PASSKEY_DOMAIN: z
    .string()
    .regex(/^[a-z0-9.-]+$/, 'must be a host name such as example.com')
    .optional()
    .meta({
      description: 'the domain that passkeys are for, the host of PUBLIC_URL unless told; to change it ends them all',
    }),
  PASSKEY_ORIGINS: commaList.meta({
    description: 'origins of applications beside PUBLIC_URL that use passkeys of this domain, comma separated',
  }),
  IDENTITY_PROVIDERS: identityProviders,
  IDENTITY_PROVIDER_SECRETS: identityProviderSecrets,
  BLOCKING_HOOKS: blockingHooks,
  BLOCKING_HOOK_SECRETS: blockingHookSecrets,
  OAUTH_REGISTRATION: z.enum(['off', 'token', 'open']).default('off').meta({
    description:
      'whether applications may register themselves: `off`, `token` for whoever presents a key of a holder of `clients.manage`, `open` for anybody',
  }),
  OUTGOING_PRIVATE_HOSTS: privateHosts,
  DNS_SERVERS: dnsServers,
};

const minute = 60 * 1000;
const day = 24 * 60 * minute;

/** @throws {ConfigurationError} naming every variable that is missing or malformed. */
export const toConfig = (environment: Environment) => {
  const read = readVariables(variables, environment);
  const { KEY_ENCRYPTION_SECRET, HASHES_AT_ONCE, KEY_ROTATION_DAYS, PASSWORDS_REMEMBERED, ...most } = read;
  const { PASSKEY_DOMAIN, PASSKEY_ORIGINS, IDENTITY_PROVIDERS, IDENTITY_PROVIDER_SECRETS, ...rest } = most;
  const { BLOCKING_HOOKS, BLOCKING_HOOK_SECRETS, ...others } = rest;
  const {
    OUTGOING_PRIVATE_HOSTS,
    BREACHED_PASSWORDS_URL,
    PASSWORD_HASH_MEMORY,
    DNS_SERVERS,
    OAUTH_REGISTRATION,
    ...common
  } = others;
  const isCallable = (url: string) => isConfidential(new URL(url), OUTGOING_PRIVATE_HOSTS);
  const isTooCheap = common.NODE_ENV === 'production' && PASSWORD_HASH_MEMORY < leastMemoryKibibytes;
  const faults = [
    ...(isTooCheap ? [`PASSWORD_HASH_MEMORY: must be ${leastMemoryKibibytes} or more in production`] : []),
    ...judgeProviders(IDENTITY_PROVIDERS, IDENTITY_PROVIDER_SECRETS, isCallable),
    ...judgeHooks(BLOCKING_HOOKS, BLOCKING_HOOK_SECRETS, isCallable),
    // Both are an `authType`.
    ...[...BLOCKING_HOOKS.keys()]
      .filter((name) => IDENTITY_PROVIDERS.has(name))
      .map((name) => `BLOCKING_HOOKS: ${name} is the id of an identity provider`),
  ];
  if (faults.length > 0) throw new ConfigurationError(faults);
  return {
    common,
    /** Who issues tokens, and for whom. */
    issuer: new URL(common.PUBLIC_URL).origin,
    secureCookies: common.PUBLIC_URL.startsWith('https:'),
    keyEncryptionSecret: KEY_ENCRYPTION_SECRET,
    takesAnyPasswordFromTools: isDevelopersMachine(common),
    hashesAtOnce: HASHES_AT_ONCE ?? Math.max(1, availableParallelism() - 1),
    passwordHashMemory: PASSWORD_HASH_MEMORY,
    keyRotationDays: KEY_ROTATION_DAYS,
    breachedPasswordsUrl: BREACHED_PASSWORDS_URL,
    passwordsRemembered: PASSWORDS_REMEMBERED,
    accessTokenLifetimeMilliseconds: 10 * minute,
    /** A session that nobody used for so long is over. */
    sessionIdleMilliseconds: 14 * day,
    /** And so is one this old, however much it was used. */
    sessionLifetimeMilliseconds: 90 * day,
    /** A person who signs in beyond this is signed out where they signed in longest ago. */
    sessionsEach: 100,
    resetLifetimeMilliseconds: 60 * minute,
    /** How long the link of a notice takes back what the notice tells of. */
    securityNoticeMilliseconds: 7 * day,
    /** How long a mailed link or code lets somebody in (ASVS 6.5.5). */
    magicLinkMilliseconds: 10 * minute,
    /** In what time the second factor has to follow the first. */
    pendingSignInMilliseconds: 5 * minute,
    /** In what time an authenticator app has to be confirmed. */
    enrolmentMilliseconds: 15 * minute,
    /** Who changes how they sign in has proved who they are no longer ago than this. */
    freshMilliseconds: 10 * minute,
    factorsEach: 10,
    passkeys: passkeysOf(common.PUBLIC_URL, PASSKEY_DOMAIN, PASSKEY_ORIGINS),
    identityProviders: IDENTITY_PROVIDERS,
    identityProviderSecrets: IDENTITY_PROVIDER_SECRETS,
    blockingHooks: BLOCKING_HOOKS,
    blockingHookSecrets: BLOCKING_HOOK_SECRETS,
    oauthRegistration: OAUTH_REGISTRATION,
    outgoingPrivateHosts: OUTGOING_PRIVATE_HOSTS,
    /** In what time a provider has to answer; several times for one sign-in. */
    providerDeadlineMilliseconds: 4_000,
    /** In what time somebody has to come back from a provider. */
    identitySignInMilliseconds: 10 * minute,
    identitiesEach: 20,
    dnsServers: DNS_SERVERS,
    domainsEach: 50,
    providersEach: 20,
    clientsEach: 50,
    /** For how long a domain counts as proved whose record is gone. */
    domainGraceMilliseconds: 3 * day,
    /** How long an account that a provider vouches for may wait for registration. */
    welcomeMilliseconds: 7 * day,
  };
};

/** Where passkeys are good. @throws {ConfigurationError} when a browser would refuse them there. */
const passkeysOf = (publicUrl: string, domain: string | undefined, origins: readonly string[]) => {
  const { hostname, origin } = new URL(publicUrl);
  const relyingParty = domain ?? hostname;
  const all = [origin, ...origins];
  const strangers = all.filter((one) => !isWithin(one, relyingParty));
  if (strangers.length > 0) {
    throw new ConfigurationError([
      `PASSKEY_DOMAIN, PASSKEY_ORIGINS: ${strangers.join(', ')} must be origins within ${relyingParty}`,
    ]);
  }
  return { relyingParty, origins: all, challengeMilliseconds: 5 * minute };
};

/** WebAuthn Level 3, section 5.1.3: the origin's host, or a domain above it. Android names the key of an app instead. */
const isWithin = (origin: string, domain: string): boolean => {
  if (/^android:apk-key-hash:[A-Za-z0-9_-]{43}$/.test(origin)) return true;
  if (!URL.canParse(origin) || new URL(origin).origin !== origin) return false;
  const { hostname } = new URL(origin);
  return hostname === domain || hostname.endsWith(`.${domain}`);
};

export type Config = ReturnType<typeof toConfig>;
