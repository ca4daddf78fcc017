import { explain } from './failure.mjs';
import { launchHost } from './host.mjs';
import { tell } from './node-process.mjs';
import { watchSources } from './source-watch.mjs';

/** @import { Plan, Print } from './types.ts' */

/**
 * Runs the services: one host at a time, replaced when sources change if they are watched.
 * @param {{ dataFolder: string, output: 1 | 2, watch: boolean, print: Print, onDeath: () => void }} given
 */
export function runServices({ dataFolder, output, watch, print, onDeath }) {
  let host = launchHost({ dataFolder, output });
  let isExpectedToEnd = true;
  let isStopping = false;
  let unwatch = () => {};

  const guard = () => {
    const guarded = host;
    isExpectedToEnd = false;
    void guarded.exited.then((exit) => {
      if (isExpectedToEnd || isStopping || guarded !== host) return;
      print(`The services ended unexpectedly (${tell(exit)}).`);
      if (watch) print('They start again when a file changes.');
      else onDeath();
    });
  };

  /** @param {Plan} plan */
  const replace = async (plan) => {
    isExpectedToEnd = true;
    await host.stop();
    if (isStopping) return;
    const began = Date.now();
    host = launchHost({ dataFolder, output });
    try {
      await host.start(plan);
      guard();
      print(`Started again in ${Date.now() - began} ms.`);
    } catch (error) {
      if (!isStopping) print(`${explain(error)} They start again when a file changes.`);
    }
  };

  return {
    get pid() {
      return host.pid;
    },
    /**
     * Resolves once all services are up.
     * @param {Plan} plan
     */
    start: async (plan) => {
      const readiness = await host.start(plan);
      guard();
      if (watch) unwatch = watchSources(() => replace(plan));
      return readiness;
    },
    stop: async () => {
      isStopping = true;
      unwatch();
      await host.stop();
    },
    kill: () => host.kill(),
  };
}
