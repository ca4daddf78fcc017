import { checkNode, ensureDependencies } from './bootstrap/dependencies.mjs';
import { explain, Failure } from './bootstrap/failure.mjs';
import { readOptions } from './bootstrap/options.mjs';
import { createPlan } from './bootstrap/plan.mjs';
import { runningOn } from './bootstrap/running.mjs';
import { loadSecrets } from './bootstrap/secrets.mjs';

// `npm run setup:dev-users`, beside a running `npm start`: an administrator to develop with, whose password everybody
// knows. Whoever can read the data folder's secrets may have it made; no door is opened for that anywhere.

/** @param {string[]} args */
async function run(args) {
  checkNode();
  const { dataFolder } = readOptions(args, process.env);
  await ensureDependencies({ print: (line) => console.error(line) });
  const { tsImport } = await import('tsx/esm/api');
  /** @type {typeof import('./src/dev-users.ts')} */
  const { devUser, setUpDevUsers, whyNotHere } = await tsImport('./src/dev-users.ts', import.meta.url);

  const running = runningOn(dataFolder);
  const { NODE_ENV, PUBLIC_URL, DATABASE_URL } = process.env;
  // What this shell says of where it is counts as well as what the running stack says.
  const here = { NODE_ENV: 'development', PUBLIC_URL: 'http://localhost', DATABASE_URL: 'postgres://localhost' };
  refuse(whyNotHere({ ...here, ...set({ NODE_ENV, PUBLIC_URL, DATABASE_URL }) }));
  if (!running?.gateway || running.postgresPort === undefined) {
    throw new Failure(
      `Rollcall does not run on ${dataFolder}: run npm start, and this beside it in a second terminal.`,
    );
  }
  if (running.postgresPort === 0 && !DATABASE_URL) {
    throw new Failure('Rollcall runs on a database of your own: set DATABASE_URL here to what npm start was given.');
  }

  const secrets = loadSecrets(dataFolder);
  const plan = createPlan({
    secrets,
    ports: { gateway: 0, postgres: running.postgresPort, nats: 0, smtp: 0 },
    env: {
      ...set({ NODE_ENV: running.nodeEnv, PUBLIC_URL: running.publicUrl }),
      ...(running.postgresPort === 0 ? set({ DATABASE_URL }) : {}),
    },
  });
  refuse(whyNotHere(plan.environment.registration));

  const outcome = await setUpDevUsers(plan);
  if ('reason' in outcome) throw new Failure(outcome.reason);
  const { username, email, password } = devUser;
  console.log(
    outcome.created
      ? `Made the administrator ${username} (${email}) with the password "${password}".`
      : `The user ${username} (${email}) is there already, and an administrator; its password was left as it is.`,
  );
  console.log('Its "Admin Organization" comes with organizations, which are not there yet.');
}

/** @param {string | undefined} reason */
function refuse(reason) {
  if (reason) throw new Failure(reason);
}

/**
 * Without the variables that are not set, or set to nothing.
 * @param {Record<string, string | undefined>} variables
 */
function set(variables) {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value));
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
