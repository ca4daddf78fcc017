import { availableParallelism } from 'node:os';
import { isDevelopersMachine } from '@rollcall/service-kit/developers-machine';
import {
  ConfigurationError,
  commaList,
  commonVariables,
  type Environment,
  readVariables,
  secretKey,
} from '@rollcall/service-kit/environment';
import { z } from 'zod';

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
  PASSWORDS_REMEMBERED: z.coerce
    .number()
    .int()
    .min(0)
    .max(24)
    .default(5)
    .meta({ description: 'how many of their last passwords, the present one included, nobody may take again' }),
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
};

const minute = 60 * 1000;
const day = 24 * 60 * minute;

/** @throws {ConfigurationError} naming every variable that is missing or malformed. */
export const toConfig = (environment: Environment) => {
  const {
    KEY_ENCRYPTION_SECRET,
    HASHES_AT_ONCE,
    KEY_ROTATION_DAYS,
    PASSWORDS_REMEMBERED,
    PASSKEY_DOMAIN,
    PASSKEY_ORIGINS,
    ...common
  } = readVariables(variables, environment);
  return {
    common,
    /** Who issues tokens, and for whom. */
    issuer: new URL(common.PUBLIC_URL).origin,
    secureCookies: common.PUBLIC_URL.startsWith('https:'),
    keyEncryptionSecret: KEY_ENCRYPTION_SECRET,
    takesAnyPasswordFromTools: isDevelopersMachine(common),
    hashesAtOnce: HASHES_AT_ONCE ?? Math.max(1, availableParallelism() - 1),
    keyRotationDays: KEY_ROTATION_DAYS,
    passwordsRemembered: PASSWORDS_REMEMBERED,
    accessTokenLifetimeMilliseconds: 10 * minute,
    /** A session that nobody used for so long is over. */
    sessionIdleMilliseconds: 14 * day,
    /** And so is one this old, however much it was used. */
    sessionLifetimeMilliseconds: 90 * day,
    /** A person who signs in beyond this is signed out where they signed in longest ago. */
    sessionsEach: 100,
    resetLifetimeMilliseconds: 60 * minute,
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
