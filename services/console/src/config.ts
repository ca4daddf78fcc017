import { type Environment, everyServiceVariables, readVariables } from '@rollcall/service-kit/environment';

export const variables = everyServiceVariables;

/** @throws {ConfigurationError} naming every variable that is missing or malformed. */
export const toConfig = (environment: Environment) => ({ common: readVariables(variables, environment) });
