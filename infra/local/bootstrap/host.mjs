import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from './failure.mjs';
import { writeDown } from './leftovers.mjs';
import { signalProcess } from './processes.mjs';
import { REPOSITORY } from './repository.mjs';

/** @import { Exit, HostMessage, Plan, Readiness } from './types.ts' */

/** How long the services may take to finish what they took. */
const GRACE_MS = 15_000;

/**
 * Starts the process that hosts the services. It loads them at once, and waits for its plan.
 * @param {{ dataFolder: string, output: 1 | 2 }} given where its own output goes: to our stdout or stderr
 */
export function launchHost({ dataFolder, output }) {
  const file = path.join(REPOSITORY, 'infra/local/src/host.ts');
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), file], {
    cwd: REPOSITORY,
    detached: true,
    stdio: ['ignore', output, 2, 'ipc'],
  });
  const { pid } = child;
  const strikeOut =
    pid === undefined
      ? () => {}
      : writeDown(dataFolder, { name: 'the services', pid, politely: 'SIGTERM', firmly: 'SIGKILL' });
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
    /**
     * Hands the plan over; resolves once all services are up.
     * @param {Plan} plan
     * @returns {Promise<Readiness>}
     */
    start: (plan) =>
      new Promise((resolve, reject) => {
        child.on('message', (/** @type {HostMessage} */ message) => {
          if (message.type === 'ready') resolve(message);
          else if (message.type === 'failed') reject(new Failure(message.message));
        });
        void exited.then((exit) => reject(new Failure(`The services ended while they started (${tell(exit)}).`)));
        if (!isGone) child.send({ type: 'start', plan }, () => {});
      }),
  };
}

/** @typedef {ReturnType<typeof launchHost>} Host */

/** @param {Exit} exit */
export function tell({ code, signal }) {
  return signal ?? `exit code ${code}`;
}
