import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { writeDown } from './leftovers.mjs';
import { signalProcess } from './processes.mjs';
import { REPOSITORY } from './repository.mjs';

/** @import { Exit } from './types.ts' */

/** How long a process may take to finish what it took. */
const GRACE_MS = 15_000;

/**
 * Starts a Node process of ours with a channel to it. It is in a process group of its own, so that Ctrl-C in the terminal
 * does not end it before those that use it.
 *
 * @param {object} given
 * @param {string} given.name
 * @param {string} given.dataFolder
 * @param {string[]} given.args what comes after `node`
 * @param {Record<string, string>} [given.env] the whole environment; ours unless told
 * @param {1 | 2} given.output where its own output goes: to our stdout or stderr
 */
export function spawnNode({ name, dataFolder, args, env, output }) {
  const child = spawn(process.execPath, args, {
    cwd: REPOSITORY,
    detached: true,
    stdio: ['ignore', output, 2, 'ipc'],
    ...(env ? { env } : {}),
  });
  const { pid } = child;
  const strikeOut =
    pid === undefined ? () => {} : writeDown(dataFolder, { name, pid, politely: 'SIGTERM', firmly: 'SIGKILL' });
  let isGone = false;
  /** @type {Promise<Exit>} */
  const exited = new Promise((resolve) => {
    child.once('error', () => resolve({ code: null, signal: null }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  void exited.then(() => {
    isGone = true;
    strikeOut();
  });

  /** @param {NodeJS.Signals} signal */
  const send = (signal) => {
    // The number of a process that is gone may belong to another one by now.
    if (pid !== undefined && !isGone) signalProcess(pid, signal);
  };

  return {
    pid,
    exited,
    kill: () => send('SIGKILL'),
    stop: async () => {
      send('SIGTERM');
      const gone = await Promise.race([exited, delay(GRACE_MS, undefined, { ref: false })]);
      if (!gone) send('SIGKILL');
      await exited;
    },
    /** @param {(message: unknown) => void} listener */
    onMessage: (listener) => void child.on('message', listener),
    /** @param {object} message */
    tell: (message) => {
      if (!isGone) child.send(message, () => {});
    },
  };
}

/** @param {Exit} exit */
export function tell({ code, signal }) {
  return signal ?? `exit code ${code}`;
}
