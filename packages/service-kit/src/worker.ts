import { setTimeout as delay } from 'node:timers/promises';
import { isOutage } from './failures.ts';
import type { Logger } from './logging.ts';

export interface WorkerOptions {
  readonly name: string;
  /** Milliseconds to wait after a round that found nothing to do. */
  readonly idleMilliseconds: number;
  readonly log: Logger;
  /** One round; true when there may be more to do at once. */
  readonly round: (signal: AbortSignal) => Promise<boolean>;
}

/** Work in the background: rounds until stopped, woken early by `wake`, slower and slower while rounds fail. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #stopping = new AbortController();
  #nap = new AbortController();
  #woken = false;
  #running: Promise<void> | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** There is something to do: do not wait for the next round. */
  wake(): void {
    this.#woken = true;
    this.#nap.abort();
  }

  /** Lets the present round finish. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#nap.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      this.#woken = false;
      let more = false;
      try {
        more = await this.#options.round(this.#stopping.signal);
        failures = 0;
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        failures++;
        this.#report(error, failures);
      }
      if (failures > 0) await this.#sleep(Math.min(100 * 2 ** failures, 5_000), false);
      else if (!more) await this.#sleep(this.#options.idleMilliseconds, true);
    }
  }

  #report(error: unknown, failures: number): void {
    const { log, name } = this.#options;
    // An outage is told once, not at every attempt to get over it.
    if (!isOutage(error)) log.error({ err: error, worker: name }, 'a round failed');
    else if (failures === 1) log.warn({ err: error, worker: name }, 'waiting for a dependency');
  }

  async #sleep(milliseconds: number, mayWake: boolean): Promise<void> {
    if (this.#stopping.signal.aborted || (mayWake && this.#woken)) return;
    this.#nap = new AbortController();
    const signal = mayWake ? this.#nap.signal : this.#stopping.signal;
    // Aborting a nap is how it ends early, not a failure.
    await delay(milliseconds, undefined, { signal }).catch(() => undefined);
  }
}
