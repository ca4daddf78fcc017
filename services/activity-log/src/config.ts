import { commonVariables, type Environment, readVariables } from '@rollcall/service-kit/environment';

export const variables = commonVariables;

/** @throws {ConfigurationError} naming every variable that is missing or malformed. */
export const toConfig = (environment: Environment) => ({ common: readVariables(variables, environment) });

export type Config = ReturnType<typeof toConfig>;
