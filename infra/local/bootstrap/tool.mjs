import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ensureDependencies } from './dependencies.mjs';
import { toolEnvironment } from './repository.mjs';
import { dieWithUs } from './server-process.mjs';

/**
 * Runs a program with the workspace's tools on its path, its output as our own; answers its exit code.
 * @param {string[]} command
 * @param {{ cwd?: string, capture?: (text: string) => void }} [options] `capture` takes the output instead
 * @returns {Promise<number>}
 */
export async function runTool(command, { cwd = process.cwd(), capture } = {}) {
  await ensureDependencies({ print: (line) => console.error(line) });
  const [program = '', ...args] = [...dieWithUs('SIGTERM'), ...command];
  const child = spawn(program, args, {
    cwd,
    env: toolEnvironment(process.env),
    stdio: capture ? ['ignore', 'pipe', 'pipe'] : 'inherit',
  });
  if (capture) for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', capture);
  // A signal from the terminal reaches the tool as well; we stay to hand on how it ended. One sent to us alone goes on.
  const forward = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  process.on('SIGINT', () => {});
  process.on('SIGTERM', forward);
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`${command[0]} could not be started: ${error.message}`);
      resolve(127);
    });
    child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));
  });
}
