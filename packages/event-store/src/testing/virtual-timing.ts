import type { Timing } from '../timing.ts';

/**
 * Time that passes only when nothing else happens: once all promises have run, the earliest timer is due. Hours of
 * outage take no time in a spec, and every run is the same.
 */
export class VirtualTiming implements Timing {
  #clock: number;
  #skew = 0;
  #timers: { readonly due: number; readonly callback: () => void }[] = [];
  #pumping = false;

  constructor(start = 1_000_000) {
    this.#clock = start;
  }

  now(): number {
    return this.#clock + this.#skew;
  }

  elapsed(): number {
    return this.#clock;
  }

  /** Sets the wall clock, and nothing else, forward or back. */
  skew(milliseconds: number): void {
    this.#skew += milliseconds;
  }

  /** Time goes by in which this process does nothing at all. */
  stall(milliseconds: number): void {
    this.#clock += milliseconds;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { due: this.#clock + Math.max(0, milliseconds), callback };
    this.#timers.push(timer);
    this.#pump();
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      const [next] = this.#timers.toSorted((one, other) => one.due - other.due);
      if (next === undefined) return;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#clock = Math.max(this.#clock, next.due);
      next.callback();
      this.#pump();
    });
  }
}
