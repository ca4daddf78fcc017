import path from 'node:path';

/** The root of the repository. */
export const REPOSITORY = path.resolve(import.meta.dirname, '../../..');

/** Where the tools (tsc, vitest, biome, turbo, pnpm) are. */
export const TOOLS = path.join(REPOSITORY, 'infra/local/node_modules/.bin');

/** Programs fetched for this machine; shared by every data folder, so that tests do not fetch them again. */
export const FETCHED_PROGRAMS = path.join(REPOSITORY, '.data/bin');

/**
 * The environment in which a tool finds the tools beside it.
 * @param {NodeJS.ProcessEnv} env
 */
export function toolEnvironment(env) {
  return { ...env, PATH: `${TOOLS}${path.delimiter}${env.PATH ?? ''}`, TURBO_TELEMETRY_DISABLED: '1' };
}
