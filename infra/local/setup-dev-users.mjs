import { planBesideRunning, set } from './bootstrap/beside-running.mjs';
import { checkNode, ensureDependencies } from './bootstrap/dependencies.mjs';
import { explain, Failure } from './bootstrap/failure.mjs';
import { readOptions } from './bootstrap/options.mjs';

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

  const { NODE_ENV, PUBLIC_URL, DATABASE_URL } = process.env;
  // What this shell says of where it is counts as well as what the running stack says.
  const here = { NODE_ENV: 'development', PUBLIC_URL: 'http://localhost', DATABASE_URL: 'postgres://localhost' };
  refuse(whyNotHere({ ...here, ...set({ NODE_ENV, PUBLIC_URL, DATABASE_URL }) }));
  const plan = planBesideRunning(dataFolder);
  refuse(whyNotHere(plan.environment.registration));

  const outcome = await setUpDevUsers(plan);
  if ('reason' in outcome) throw new Failure(outcome.reason);
  const { username, email, password } = devUser;
  console.log(
    outcome.created
      ? `Made the administrator ${username} (${email}) with the password "${password}".`
      : `The user ${username} (${email}) is there already, and an administrator; its password was left as it is.`,
  );
  console.log('It is the admin of the "Admin Organization".');
}

/** @param {string | undefined} reason */
function refuse(reason) {
  if (reason) throw new Failure(reason);
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
