import { checkNode, ensureDependencies } from './bootstrap/dependencies.mjs';
import { explain } from './bootstrap/failure.mjs';
import { HELP, readOptions } from './bootstrap/options.mjs';
import { prepareShutdown } from './bootstrap/shutdown.mjs';

// `npm start`. Only Node's own modules are imported until the dependencies are known to be there.

process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

/** @param {string} line */
let print = (line) => console.log(line);
const shutdown = prepareShutdown({ print: (line) => print(line) });

/** @param {unknown} error */
const giveUp = async (error) => {
  // Whatever fails because everything stops is no news.
  if (shutdown.signal.aborted) return;
  console.error(explain(error));
  await shutdown.stop(1);
};
process.on('uncaughtException', giveUp);
process.on('unhandledRejection', giveUp);

try {
  checkNode();
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.help) {
    console.log(HELP);
    process.exit(0);
  }
  // With --json, standard output belongs to the one line that tests read.
  if (options.json) print = (line) => console.error(line);
  await ensureDependencies({ print, signal: shutdown.signal });
  shutdown.signal.throwIfAborted();
  const { startStack } = await import('./bootstrap/stack.mjs');
  console.log(await startStack({ options, env: process.env, print, shutdown }));
} catch (error) {
  await giveUp(error);
}
