interface Entry<Key> {
  readonly key: Key;
  readonly due: number;
}

/**
 * What is due when: a heap by time, in which each key stands at most once. Looking changes nothing: what is due stays
 * until it is removed, and so is found again by whoever looks again.
 */
export class Deadlines<Key> {
  readonly #heap: Entry<Key>[] = [];
  readonly #places = new Map<Key, number>();

  get size(): number {
    return this.#heap.length;
  }

  /** When the next key is due, in milliseconds since 1970; undefined when there is none. */
  get next(): number | undefined {
    return this.#heap[0]?.due;
  }

  /** Another time for the same key takes the place of the one before. */
  add(key: Key, due: number): void {
    this.remove(key);
    this.#heap.push({ key, due });
    this.#rise(this.#heap.length - 1);
  }

  /** Nothing happens for a key that is not there. */
  remove(key: Key): void {
    const place = this.#places.get(key);
    const last = this.#heap.at(-1);
    if (place === undefined || last === undefined) return;
    this.#heap.pop();
    this.#places.delete(key);
    if (place === this.#heap.length) return;
    this.#put(last, place);
    this.#rise(place);
    this.#sink(place);
  }

  /** What is due at a time, at most so many, earliest first. */
  due(now: number, limit = Number.POSITIVE_INFINITY): readonly (readonly [key: Key, due: number])[] {
    const found: Entry<Key>[] = [];
    const places = [0];
    // Below an entry that is not due nothing is.
    for (let place = places.pop(); place !== undefined; place = places.pop()) {
      const entry = this.#heap[place];
      if (entry === undefined || entry.due > now) continue;
      found.push(entry);
      places.push(2 * place + 1, 2 * place + 2);
    }
    return found
      .sort((one, other) => one.due - other.due)
      .slice(0, limit)
      .map(({ key, due }) => [key, due]);
  }

  #rise(from: number): void {
    const entry = this.#heap[from];
    if (entry === undefined) return;
    let place = from;
    while (place > 0) {
      const above = (place - 1) >>> 1;
      const parent = this.#heap[above];
      if (parent === undefined || parent.due <= entry.due) break;
      this.#put(parent, place);
      place = above;
    }
    this.#put(entry, place);
  }

  #sink(from: number): void {
    const entry = this.#heap[from];
    if (entry === undefined) return;
    let place = from;
    for (;;) {
      const [left, right] = [this.#heap[2 * place + 1], this.#heap[2 * place + 2]];
      const isLeft = left !== undefined && (right === undefined || left.due <= right.due);
      const least = isLeft ? left : right;
      if (least === undefined || least.due >= entry.due) break;
      this.#put(least, place);
      place = 2 * place + (isLeft ? 1 : 2);
    }
    this.#put(entry, place);
  }

  #put(entry: Entry<Key>, place: number): void {
    this.#heap[place] = entry;
    this.#places.set(entry.key, place);
  }
}
