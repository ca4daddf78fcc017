/** Work that waits for its turn, and how much of it there is. */
interface Waiting {
  readonly run: () => Promise<void>;
  readonly cost: number;
}

/**
 * Runs work, so much at once, and lets the keys it is done for take turns: whoever comes with one thing waits behind at
 * most one of each other key, however much they have brought.
 */
export class Turns {
  readonly #atOnce: number;
  #running = 0;
  #cost = 0;
  /** In the order of turns; a key that has had its turn and has more goes to the end. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** How much waits: the sum of what each thing costs. */
  get cost(): number {
    return this.#cost;
  }

  /** How many keys wait. */
  get keys(): number {
    return this.#waiting.size;
  }

  isWaiting(key: string): boolean {
    return this.#waiting.has(key);
  }

  add<T>(key: string, cost: number, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const queue = this.#waiting.get(key) ?? [];
      queue.push({ run: () => work().then(resolve, reject), cost });
      this.#waiting.set(key, queue);
      this.#cost += cost;
      this.#begin();
    });
  }

  #begin(): void {
    for (const [key, queue] of this.#waiting) {
      if (this.#running >= this.#atOnce) return;
      const next = queue.shift();
      this.#waiting.delete(key);
      if (queue.length > 0) this.#waiting.set(key, queue);
      if (!next) continue;
      this.#cost -= next.cost;
      this.#running++;
      void next.run().finally(() => {
        this.#running--;
        this.#begin();
      });
    }
  }
}
