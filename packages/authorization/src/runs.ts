/**
 * Many sorted runs of integers, each without doubles, in one array. A run costs 8 bytes and 4 for each of its values,
 * with some 15 % to grow into; a value is found by binary search. Runs that outgrow their place move to the end, and
 * what they leave behind is gathered when the array is full.
 */
export class Runs {
  /** All values. Is another array whenever there was no room: do not keep it over a change. */
  data = new Int32Array(0);
  /** Two entries a run: where it starts, and its length together with the class of its capacity. */
  #bounds = new Int32Array(0);
  #end = 0;

  /** Runs of these lengths, whose values follow one another. */
  static of(lengths: Int32Array, values: Int32Array): Runs {
    const runs = new Runs();
    runs.#bounds = new Int32Array(2 * lengths.length);
    for (let run = 0; run < lengths.length; run++) {
      const length = lengths[run] ?? 0;
      runs.#place(run, runs.#end, length, classFor(length));
      runs.#end += capacityOf(classFor(length));
    }
    runs.data = new Int32Array(runs.#end);
    let next = 0;
    for (let run = 0; run < lengths.length; run++) {
      const start = runs.startOf(run);
      for (let n = 0; n < (lengths[run] ?? 0); n++) runs.data[start + n] = values[next++] ?? 0;
    }
    return runs;
  }

  /** Makes all runs below this number exist, empty if they are new. */
  reserve(count: number): void {
    if (2 * count > this.#bounds.length) this.#bounds = grown(this.#bounds, 2 * count);
  }

  /** Where its values begin in `data`. */
  startOf(run: number): number {
    return this.#bounds[2 * run] ?? 0;
  }

  lengthOf(run: number): number {
    return (this.#bounds[2 * run + 1] ?? 0) & lengthMask;
  }

  has(run: number, value: number): boolean {
    const start = this.startOf(run);
    return isAmong(this.data, start, start + this.lengthOf(run), value);
  }

  /** Where in `data` the first value of the run stands that is not below this one, or the run's end. */
  lowerBound(run: number, value: number): number {
    const data = this.data;
    let low = this.startOf(run);
    let high = low + this.lengthOf(run);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((data[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** False if the run has the value already. */
  add(run: number, value: number): boolean {
    if (this.has(run, value)) return false;
    const offset = this.lowerBound(run, value) - this.startOf(run);
    const length = this.lengthOf(run);
    if (length === capacityOf(this.#classOf(run))) this.#move(run, classFor(length + 1));
    const at = this.startOf(run) + offset;
    this.data.copyWithin(at + 1, at, at + length - offset);
    this.data[at] = value;
    this.#place(run, at - offset, length + 1, this.#classOf(run));
    return true;
  }

  /** False if the run does not have the value. */
  remove(run: number, value: number): boolean {
    if (!this.has(run, value)) return false;
    const at = this.lowerBound(run, value);
    const length = this.lengthOf(run);
    this.data.copyWithin(at, at + 1, this.startOf(run) + length);
    this.#place(run, this.startOf(run), length - 1, this.#classOf(run));
    return true;
  }

  #classOf(run: number): number {
    return (this.#bounds[2 * run + 1] ?? 0) >>> lengthBits;
  }

  #place(run: number, start: number, length: number, kind: number): void {
    this.#bounds[2 * run] = start;
    this.#bounds[2 * run + 1] = length | (kind << lengthBits);
  }

  #move(run: number, kind: number): void {
    if (this.#end + capacityOf(kind) > this.data.length) this.#gather(capacityOf(kind));
    const start = this.startOf(run);
    const length = this.lengthOf(run);
    this.data.copyWithin(this.#end, start, start + length);
    this.#place(run, this.#end, length, kind);
    this.#end += capacityOf(kind);
  }

  /** Puts all runs one after another into a new array, with room for what is needed and an eighth more. */
  #gather(needed: number): void {
    const old = this.data;
    const count = this.#bounds.length / 2;
    let used = 0;
    for (let run = 0; run < count; run++) used += capacityOf(classFor(this.lengthOf(run)));
    const data = new Int32Array(Math.ceil((used + needed) * 1.125) + 64);
    let end = 0;
    for (let run = 0; run < count; run++) {
      const start = this.startOf(run);
      const length = this.lengthOf(run);
      const kind = classFor(length);
      for (let n = 0; n < length; n++) data[end + n] = old[start + n] ?? 0;
      this.#place(run, end, length, kind);
      end += capacityOf(kind);
    }
    this.data = data;
    this.#end = end;
  }
}

/** Is a value in this part of an array, which is sorted? */
export const isAmong = (data: Int32Array, start: number, end: number, value: number): boolean => {
  let low = start;
  let high = end;
  // Few are passed over faster than they are halved.
  while (high - low > 8) {
    const middle = (low + high) >>> 1;
    if ((data[middle] ?? 0) < value) low = middle + 1;
    else high = middle + 1;
  }
  while (low < high && (data[low] ?? 0) < value) low++;
  return low < high && data[low] === value;
};

/** The array in the beginning of a longer one. */
export const grown = (array: Int32Array, atLeast: number): Int32Array<ArrayBuffer> => {
  const longer = new Int32Array(Math.max(64, Math.ceil(atLeast * 1.125)));
  longer.set(array);
  return longer;
};

const lengthBits = 26;
const lengthMask = (1 << lengthBits) - 1;

/** Capacities by class: 0, 1, 2, 3, 4, 6, 8, 12, 16, 24 and so on. */
const capacityOf = (kind: number): number => {
  if (kind < 3) return kind;
  return kind & 1 ? 3 << ((kind - 3) >>> 1) : 1 << (kind >>> 1);
};

/** The smallest class that has room for so many. */
const classFor = (length: number): number => {
  if (length < 3) return length;
  const bits = 31 - Math.clz32(length - 1);
  return length <= 3 << (bits - 1) ? 2 * bits + 1 : 2 * bits + 2;
};
