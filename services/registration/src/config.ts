import { isDevelopersMachine } from '@rollcall/service-kit/developers-machine';
import { commonVariables, type Environment, readVariables, secretKey } from '@rollcall/service-kit/environment';
import { email, emailKey } from '@rollcall/types/people';

export const variables = {
  ...commonVariables,
  KEY_ENCRYPTION_SECRET: secretKey.meta({
    description: 'encrypts the data keys of people in the database; the secrets of mailed links are derived from it',
  }),
  ROLLCALL_FIRST_ADMIN_EMAIL: email
    .optional()
    .meta({ description: 'the person who confirms this address first becomes the first administrator' }),
};

const hour = 60 * 60 * 1000;

/** @throws {ConfigurationError} naming every variable that is missing or malformed. */
export const toConfig = (environment: Environment) => {
  const { KEY_ENCRYPTION_SECRET, ROLLCALL_FIRST_ADMIN_EMAIL, ...common } = readVariables(variables, environment);
  return {
    common,
    publicUrl: common.PUBLIC_URL,
    keyEncryptionSecret: KEY_ENCRYPTION_SECRET,
    makesUsersForTools: isDevelopersMachine(common),
    firstAdminEmailKey: ROLLCALL_FIRST_ADMIN_EMAIL && emailKey(ROLLCALL_FIRST_ADMIN_EMAIL),
    /** How long a sign-up waits for its confirmation and keeps its username. */
    signUpLifetimeMilliseconds: 48 * hour,
    /** How long auth may be out of reach after an address was confirmed and still find the password. */
    enrolmentGraceMilliseconds: 7 * 24 * hour,
    /** How long a mailed link works. */
    verificationLifetimeMilliseconds: 24 * hour,
  };
};

export type Config = ReturnType<typeof toConfig>;
