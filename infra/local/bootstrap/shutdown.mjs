/** @import { Print } from './types.ts' */

/** A signal that comes this soon after the first is the same Ctrl-C: the terminal sends it, and npm forwards it too. */
const SAME_PRESS_MS = 700;

/** @typedef {{ stop: () => Promise<void> | void, kill?: () => void }} Part */

/**
 * Ends everything that was started, newest first, and then this process: on a signal, when the process that started
 * this one is gone, or when asked to.
 * @param {{ print: Print }} given
 */
export function prepareShutdown({ print }) {
  /** @type {Promise<Part | undefined>[]} */
  const begun = [];
  /** @type {Part[]} */
  const up = [];
  const stopping = new AbortController();
  let firstSignalAt = 0;

  /** @param {number} exitCode */
  const stop = async (exitCode) => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    let code = exitCode;
    for (let part = begun.pop(); part; part = begun.pop()) {
      try {
        // Even one that is still starting: it is waited for, so that it cannot come up behind our back.
        await (await part)?.stop();
      } catch (error) {
        print(`Stopping did not go well: ${error instanceof Error ? error.message : error}`);
        code = 1;
      }
    }
    process.exit(code);
  };

  const force = () => {
    for (const part of up) part.kill?.();
    process.exit(130);
  };

  const onSignal = () => {
    if (!stopping.signal.aborted) {
      firstSignalAt = Date.now();
      print('Stopping.');
      void stop(0);
    } else if (Date.now() - firstSignalAt > SAME_PRESS_MS) force();
  };

  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, onSignal);

  // npm answers SIGTERM by ending only the shell between it and us, and SIGKILL by saying nothing: our parent changes.
  const parent = process.ppid;
  const poll = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(poll);
    void stop(0);
  }, 200);
  poll.unref();

  return {
    /** Aborted once stopping has begun. */
    signal: stopping.signal,
    stop,
    /**
     * Something that starts: it will be ended before everything that began earlier.
     * @template {Part} T
     * @param {Promise<T>} starting
     */
    begin: (starting) => {
      const settled = starting.then(
        (part) => {
          up.push(part);
          return part;
        },
        () => undefined,
      );
      begun.push(settled);
      return starting;
    },
  };
}
