import { isDevelopersMachine } from '@rollcall/service-kit/developers-machine';
import { commonVariables, type Environment, readVariables } from '@rollcall/service-kit/environment';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { z } from 'zod';

export const variables = {
  ...commonVariables,
  ROLLCALL_SETUP_TOKEN: z.string().min(32).max(128).optional().meta({
    description: 'whoever signs up with this token first becomes the first administrator; needed in production',
  }),
};

/** @throws {ConfigurationError} naming every variable that is missing or malformed. */
export const toConfig = (environment: Environment) => {
  const { ROLLCALL_SETUP_TOKEN, ...common } = readVariables(variables, environment);
  return {
    common,
    /** On a developer's machine the first person there is becomes the administrator. */
    anyoneMayBootstrap: isDevelopersMachine(common),
    appointsAdminsForTools: isDevelopersMachine(common),
    setupTokenDigest: ROLLCALL_SETUP_TOKEN === undefined ? undefined : digestOf(ROLLCALL_SETUP_TOKEN),
  };
};

export type Config = ReturnType<typeof toConfig>;
