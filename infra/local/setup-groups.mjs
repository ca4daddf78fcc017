import { planBesideRunning } from './bootstrap/beside-running.mjs';
import { checkNode, ensureDependencies } from './bootstrap/dependencies.mjs';
import { explain, Failure } from './bootstrap/failure.mjs';
import { readOptions } from './bootstrap/options.mjs';

// `npm run setup:groups`, beside a running `npm start`: the groups that a deployment begins with, those that are not there
// yet. Whoever can read the data folder's secrets may have them made.

/** @param {string[]} args */
async function run(args) {
  checkNode();
  const { dataFolder } = readOptions(args, process.env);
  await ensureDependencies({ print: (line) => console.error(line) });
  const { tsImport } = await import('tsx/esm/api');
  /** @type {typeof import('./src/groups.ts')} */
  const { makePresetGroups } = await tsImport('./src/groups.ts', import.meta.url);
  const outcome = await makePresetGroups(planBesideRunning(dataFolder));
  if ('reason' in outcome) throw new Failure(outcome.reason);
  for (const name of outcome.created) console.log(`Made the group "${name}".`);
  if (outcome.present.length > 0)
    console.log(`${outcome.present.length} groups are there already, and stay as they are.`);
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
