import { availableParallelism } from 'node:os';
import { isDevelopersMachine } from '@rollcall/service-kit/developers-machine';
import { commonVariables, type Environment, readVariables, secretKey } from '@rollcall/service-kit/environment';
import { z } from 'zod';

export const variables = {
  ...commonVariables,
  KEY_ENCRYPTION_SECRET: secretKey.meta({
    description: 'encrypts the keys that sign tokens in the database; the secrets of mailed links are derived from it',
  }),
  HASHES_AT_ONCE: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .optional()
    .meta({ description: 'passwords hashed at the same time; one less than the cores unless told' }),
};

const minute = 60 * 1000;
const day = 24 * 60 * minute;

/** @throws {ConfigurationError} naming every variable that is missing or malformed. */
export const toConfig = (environment: Environment) => {
  const { KEY_ENCRYPTION_SECRET, HASHES_AT_ONCE, ...common } = readVariables(variables, environment);
  return {
    common,
    /** Who issues tokens, and for whom. */
    issuer: new URL(common.PUBLIC_URL).origin,
    secureCookies: common.PUBLIC_URL.startsWith('https:'),
    keyEncryptionSecret: KEY_ENCRYPTION_SECRET,
    takesAnyPasswordFromTools: isDevelopersMachine(common),
    hashesAtOnce: HASHES_AT_ONCE ?? Math.max(1, availableParallelism() - 1),
    accessTokenLifetimeMilliseconds: 10 * minute,
    /** A session that nobody used for so long is over. */
    sessionIdleMilliseconds: 14 * day,
    /** And so is one this old, however much it was used. */
    sessionLifetimeMilliseconds: 90 * day,
    /** A person who signs in beyond this is signed out where they signed in longest ago. */
    sessionsEach: 100,
    resetLifetimeMilliseconds: 60 * minute,
    /** In what time the second factor has to follow the first. */
    pendingSignInMilliseconds: 5 * minute,
    /** In what time an authenticator app has to be confirmed. */
    enrolmentMilliseconds: 15 * minute,
    /** Who changes how they sign in has proved who they are no longer ago than this. */
    freshMilliseconds: 10 * minute,
    factorsEach: 10,
  };
};

export type Config = ReturnType<typeof toConfig>;
