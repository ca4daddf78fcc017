import type { Logger } from '@rollcall/service-kit/logging';

/**
 * Work that no answer waits for, because its duration would tell what the answer does not, and that stopping the
 * service does wait for.
 */
export class Afterwards {
  readonly #log: Logger;
  readonly #pending = new Set<Promise<void>>();

  constructor(log: Logger) {
    this.#log = log;
  }

  run(what: string, work: () => Promise<unknown>): void {
    const done: Promise<void> = work().then(
      () => undefined,
      (error: unknown) => this.#log.error({ err: error, what }, 'work after an answer failed'),
    );
    this.#pending.add(done);
    void done.finally(() => this.#pending.delete(done));
  }

  /** Resolves when nothing is left to do. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }
}
