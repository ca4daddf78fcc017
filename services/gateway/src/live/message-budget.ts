/** A connection may say this many things at once, and then so many a second. */
const burst = 64;
const perSecond = 16;

/** Counts what a client says, so that one connection cannot keep the gateway busy. */
export class MessageBudget {
  readonly #now: () => number;
  #left = burst;
  #at: number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#at = now();
  }

  /** @returns whether one more may be said. */
  spend(): boolean {
    const now = this.#now();
    this.#left = Math.min(burst, this.#left + ((now - this.#at) / 1000) * perSecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
