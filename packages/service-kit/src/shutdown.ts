import type { Logger } from './logging.ts';

type Step = () => Promise<unknown>;

/**
 * What to undo when a service stops, last begun first. A step that fails is logged and does not keep the rest from
 * running.
 */
export class ShutdownList {
  readonly #steps: { readonly name: string; readonly step: Step }[] = [];
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  add(name: string, step: Step): void {
    this.#steps.push({ name, step });
  }

  async run(): Promise<void> {
    for (const { name, step } of this.#steps.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        this.#log.error({ err: error, step: name }, 'a part did not stop cleanly');
      }
    }
  }
}
