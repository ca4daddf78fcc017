import { commonVariables, type Environment, readVariables } from '@rollcall/service-kit/environment';

export const variables = commonVariables;

/** @throws {ConfigurationError} naming every variable that is missing or malformed. */
export const toConfig = (environment: Environment) => ({
  common: readVariables(variables, environment),
  /** How long a caller waits for the other services before the answer says "completing". */
  patienceMilliseconds: 2_000,
  /** The first wait after a failure; each further one is twice as long, up to the longest. */
  firstRetryMilliseconds: 200,
  longestRetryMilliseconds: 5_000,
});

export type Config = ReturnType<typeof toConfig>;
