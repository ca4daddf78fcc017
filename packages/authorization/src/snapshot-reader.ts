import { SnapshotRefused } from './errors.ts';
import type { Model } from './model.ts';
import { Runs } from './runs.ts';
import { type Digest, headerWords, magic, type SnapshotMark } from './snapshot.ts';
import { TupleStore } from './tuple-store.ts';

export interface LoadedSnapshot {
  readonly store: TupleStore;
  readonly mark: SnapshotMark;
}

/**
 * A store with the tuples of a snapshot, or none at all.
 *
 * @throws SnapshotRefused if a bit of it is not as it was written, or it was written for another model
 */
export const readSnapshot = (model: Model, bytes: Uint8Array, digest: Digest): LoadedSnapshot => {
  const parts = new Parts(checked(bytes, digest));
  const [found, objects = 0, slots = 0, size = 0, byUsersetSize = 0, endCount = 0, markLength = 0, nameLength = 0] =
    parts.numbers(headerWords);
  if (found !== magic) throw new SnapshotRefused('the snapshot is of another version or another kind of machine');
  const types = parts.numbers(objects);
  const bySlot = Runs.of(parts.numbers(slots), parts.numbers(size));
  const byObject = Runs.of(parts.numbers(objects), parts.numbers(size - byUsersetSize));
  const byUserset = Runs.of(parts.numbers(slots), parts.numbers(byUsersetSize));
  const ending = parts.numbers(2 * endCount);
  const ends = new Float64Array(parts.bytes(8 * endCount).slice().buffer);
  const mark = readMark(parts.text(markLength), digest(new TextEncoder().encode(model.text)));
  const names: readonly string[] = JSON.parse(parts.text(nameLength));

  const store = new TupleStore(model);
  for (const [n, name] of names.entries()) {
    // Placeholders are there already.
    if (n >= store.objects.firstObject) store.objects.add(name, types[n] ?? 0);
  }
  store.load({ bySlot, byObject, byUserset }, size);
  for (let n = 0; n < endCount; n++) store.put(ending[2 * n] ?? 0, ending[2 * n + 1] ?? 0, ends[n]);
  return { store, mark };
};

/** All but the digest, if that is right. */
const checked = (bytes: Uint8Array, digest: Digest): Uint8Array<ArrayBuffer> => {
  const digestLength = new TextEncoder().encode(digest(new Uint8Array(0))).length;
  const length = bytes.length - digestLength;
  if (length < 4 * headerWords) throw new SnapshotRefused('the snapshot is cut');
  // Copied, so that it begins where numbers may begin.
  const all = new Uint8Array(bytes.subarray(0, length));
  if (new TextDecoder().decode(bytes.subarray(length)) === digest(all)) return all;
  throw new SnapshotRefused('the snapshot is damaged');
};

const readMark = (text: string, modelDigest: string): SnapshotMark => {
  const mark: unknown = JSON.parse(text);
  if (typeof mark !== 'object' || mark === null || !('model' in mark) || mark.model !== modelDigest) {
    throw new SnapshotRefused('the snapshot is of another model');
  }
  if ('revision' in mark && typeof mark.revision === 'number' && 'epoch' in mark && typeof mark.epoch === 'string') {
    return { revision: mark.revision, epoch: mark.epoch };
  }
  throw new SnapshotRefused('the snapshot does not say what it is of');
};

/** Reads parts one after another. */
class Parts {
  readonly #all: Uint8Array<ArrayBuffer>;
  #at = 0;

  constructor(all: Uint8Array<ArrayBuffer>) {
    this.#all = all;
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    const from = this.#at;
    this.#at += length;
    if (length < 0 || this.#at > this.#all.length)
      throw new SnapshotRefused('the snapshot does not have what it names');
    return this.#all.subarray(from, this.#at);
  }

  numbers(count: number): Int32Array {
    const { buffer, byteOffset } = this.bytes(4 * count);
    return new Int32Array(buffer, byteOffset, count);
  }

  text(length: number): string {
    return new TextDecoder().decode(this.bytes(length));
  }
}
