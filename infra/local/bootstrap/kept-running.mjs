import { setTimeout as delay } from 'node:timers/promises';
import { explain } from './failure.mjs';

/** @import { Print, RunningServer } from './types.ts' */

/**
 * Starts a server, and starts it again whenever it ends by itself, waiting longer after every failure.
 * @param {{ name: string, start: () => Promise<RunningServer>, print: Print }} given
 */
export async function keepRunning({ name, start, print }) {
  let server = await start();
  const stopping = new AbortController();

  const watch = async () => {
    while (!stopping.signal.aborted) {
      const { code, signal } = await server.exited;
      if (stopping.signal.aborted) return;
      print(`${name} ended (${signal ?? `exit code ${code}`}); starting it again.`);
      await startAgain();
    }
  };

  const startAgain = async () => {
    for (let wait = 250; !stopping.signal.aborted; wait = Math.min(wait * 2, 10_000)) {
      try {
        server = await start();
        print(`${name} is up again.`);
        return;
      } catch (error) {
        print(explain(error));
        await delay(wait, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  };

  const watching = watch();
  return {
    pid: server.pid,
    stop: async () => {
      stopping.abort();
      await server.stop();
      // A restart that was under way may have brought up another one.
      await watching;
      await server.stop();
    },
    kill: () => {
      stopping.abort();
      server.kill();
    },
  };
}
