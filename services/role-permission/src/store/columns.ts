import { Damaged, type Section } from './sections.ts';
import type { Pause } from './turns.ts';

const encoder = new TextEncoder();
const valuesAtOnce = 1_000;

/** As JSON, which is read faster than texts can be cut from one another. */
export const valuesSection = async (values: readonly unknown[], pause: Pause): Promise<Section> => {
  const pieces: Uint8Array[] = [];
  for (let n = 0; n < values.length; n += valuesAtOnce) {
    const text = JSON.stringify(values.slice(n, n + valuesAtOnce));
    pieces.push(encoder.encode(`${n === 0 ? '[' : ','}${text.slice(1, -1)}`));
    await pause();
  }
  return [...pieces, encoder.encode(values.length === 0 ? '[]' : ']')];
};

const entriesAtOnce = 200;

/** The keys and the values of a map, apart. */
export const listed = async <V>(
  entries: Iterable<readonly [string, V]>,
  pause: Pause,
): Promise<{ readonly keys: string[]; readonly values: V[] }> => {
  const [keys, values]: [string[], V[]] = [[], []];
  for (const [key, value] of entries) {
    values.push(value);
    if (keys.push(key) % entriesAtOnce === 0) await pause();
  }
  return { keys, values };
};

export const numbersSection = (numbers: Int32Array | Float64Array): Section => [
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength),
];

/** Reads sections one after another, in the order and the form in which they were written. */
export class SectionReader {
  readonly #sections: Iterator<Uint8Array<ArrayBuffer>>;

  constructor(sections: readonly Uint8Array<ArrayBuffer>[]) {
    this.#sections = sections.values();
  }

  /** The caller says what they are: what is read here has been checked to be what it wrote. */
  values<T>(): T[] {
    const { buffer, byteOffset, length } = this.#next();
    return JSON.parse(Buffer.from(buffer, byteOffset, length).toString());
  }

  integers(): Int32Array {
    const { buffer, byteOffset, byteLength } = this.#next();
    return new Int32Array(buffer, byteOffset, byteLength / 4);
  }

  floats(): Float64Array {
    const { buffer, byteOffset, byteLength } = this.#next();
    return new Float64Array(buffer, byteOffset, byteLength / 8);
  }

  #next(): Uint8Array<ArrayBuffer> {
    const { value, done } = this.#sections.next();
    if (done) throw new Damaged('it ends too early');
    return value;
  }
}
