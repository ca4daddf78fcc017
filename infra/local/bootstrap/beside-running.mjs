import { Failure } from './failure.mjs';
import { createPlan } from './plan.mjs';
import { runningOn } from './running.mjs';
import { loadSecrets } from './secrets.mjs';

/**
 * What a tool needs to work beside the Rollcall that runs on a data folder.
 * @param {string} dataFolder
 */
export function planBesideRunning(dataFolder) {
  const running = runningOn(dataFolder);
  const { DATABASE_URL } = process.env;
  if (!running?.gateway || running.postgresPort === undefined) {
    throw new Failure(
      `Rollcall does not run on ${dataFolder}: run npm start, and this beside it in a second terminal, with the same --data if that has one (npm run <name> -- --data <folder>).`,
    );
  }
  if (running.postgresPort === 0 && !DATABASE_URL) {
    throw new Failure('Rollcall runs on a database of your own: set DATABASE_URL here to what npm start was given.');
  }
  const { ROLLCALL_PLANS } = process.env;
  return createPlan({
    secrets: loadSecrets(dataFolder),
    ports: { gateway: 0, postgres: running.postgresPort, nats: 0, smtp: 0 },
    env: {
      ...set({ NODE_ENV: running.nodeEnv, PUBLIC_URL: running.publicUrl, ROLLCALL_PLANS }),
      ...(running.postgresPort === 0 ? set({ DATABASE_URL }) : {}),
    },
  });
}

/**
 * Without the variables that are not set, or set to nothing.
 * @param {Record<string, string | undefined>} variables
 */
export function set(variables) {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value));
}
