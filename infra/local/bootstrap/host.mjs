import path from 'node:path';
import { Failure } from './failure.mjs';
import { spawnNode, tell } from './node-process.mjs';

/** @import { HostMessage, Plan, Readiness } from './types.ts' */

/**
 * Starts the process that hosts the services. It loads them at once, and waits for its plan.
 * @param {{ dataFolder: string, output: 1 | 2 }} given where its own output goes: to our stdout or stderr
 */
export function launchHost({ dataFolder, output }) {
  const args = ['--enable-source-maps', path.join(import.meta.dirname, 'host-process.mjs')];
  const { onMessage, tell: say, ...host } = spawnNode({ name: 'the services', dataFolder, args, output });
  return {
    ...host,
    /**
     * Hands the plan over; resolves once all services are up.
     * @param {Plan} plan
     * @returns {Promise<Readiness>}
     */
    start: (plan) =>
      new Promise((resolve, reject) => {
        onMessage((received) => {
          const message = /** @type {HostMessage} */ (received);
          if (message.type === 'ready') resolve(message);
          else if (message.type === 'failed') reject(new Failure(message.message));
        });
        void host.exited.then((exit) => reject(new Failure(`The services ended while they started (${tell(exit)}).`)));
        say({ type: 'start', plan });
      }),
  };
}
