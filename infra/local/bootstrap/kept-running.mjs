import { setTimeout as delay } from 'node:timers/promises';
import { explain } from './failure.mjs';

/** @import { Print, RunningServer } from './types.ts' */

const longestPause = 10_000;
/** What lives shorter than this has come up in vain. */
const soundAfter = 5_000;

/** @param {number} pause */
const longer = (pause) => Math.min(Math.max(pause * 2, 250), longestPause);

/**
 * Starts a server, and starts it again whenever it ends by itself: at once, but waiting longer each time that it does not
 * come up or ends soon after.
 * @param {{ name: string, start: () => Promise<RunningServer>, print: Print }} given
 */
export async function keepRunning({ name, start, print }) {
  let server = await start();
  const stopping = new AbortController();

  const watch = async () => {
    let pause = 0;
    while (!stopping.signal.aborted) {
      const startedAt = performance.now();
      const { code, signal } = await server.exited;
      if (stopping.signal.aborted) return;
      print(`${name} ended (${signal ?? `exit code ${code}`}); starting it again.`);
      if (performance.now() - startedAt >= soundAfter) pause = 0;
      pause = longer(await startAgain(pause));
    }
  };

  /**
   * @param {number} pause before the first attempt
   * @returns the pause before the last one
   */
  const startAgain = async (pause) => {
    for (let wait = pause; ; wait = longer(wait)) {
      await delay(wait, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return wait;
      try {
        server = await start();
        print(`${name} is up again.`);
        return wait;
      } catch (error) {
        print(explain(error));
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
