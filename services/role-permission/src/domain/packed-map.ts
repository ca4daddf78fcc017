/** Keys and values by number; keys rise with it. */
export interface PackedEntries<V> {
  keyAt(n: number): string;
  valueAt(n: number): V;
}

/**
 * A stretch of packed entries as a map that is only read: nothing is made of it before it is asked for. A million of
 * them cost what their columns do.
 */
export class PackedMap<V> {
  readonly #entries: PackedEntries<V>;
  readonly #from: number;
  readonly #to: number;

  /** @param to the first number behind it */
  constructor(entries: PackedEntries<V>, from: number, to: number) {
    this.#entries = entries;
    this.#from = from;
    this.#to = to;
  }

  get size(): number {
    return this.#to - this.#from;
  }

  get(key: string): V | undefined {
    const n = this.#lowerBound(key);
    return this.#isAt(n, key) ? this.#entries.valueAt(n) : undefined;
  }

  has(key: string): boolean {
    return this.#isAt(this.#lowerBound(key), key);
  }

  /** In key order, from the first key after the given one (from the very first without). */
  *entries(after?: string): Generator<readonly [string, V], void, undefined> {
    const from = after === undefined ? this.#from : this.#lowerBound(after);
    for (let n = from; n < this.#to; n++) {
      const key = this.#entries.keyAt(n);
      if (key !== after) yield [key, this.#entries.valueAt(n)];
    }
  }

  #isAt(n: number, key: string): boolean {
    return n < this.#to && this.#entries.keyAt(n) === key;
  }

  #lowerBound(key: string): number {
    let low = this.#from;
    let high = this.#to;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#entries.keyAt(middle) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
