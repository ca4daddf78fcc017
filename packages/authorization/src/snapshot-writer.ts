import { Renumbered } from './renumbered.ts';
import type { Runs } from './runs.ts';
import { type Digest, magic, type SnapshotMark } from './snapshot.ts';
import type { TupleStore } from './tuple-store.ts';

const encoder = new TextEncoder();

/**
 * All tuples in a form that is loaded rather than replayed. In this order, numbers of 32 bits as the machine has them:
 * the magic number; how many objects, slots, tuples, of these tuples that name usersets, and ends there are; how many
 * bytes the mark and the names take; by object its type. Then users by slot, slots by object, and slots by userset: for each the
 * lengths of its runs, and their values. Then slot and user of each tuple that ends, the ends (64 bits each), and the mark and
 * the names as JSON, which is read faster than strings can be cut from one another. The digest of all this is last.
 */
export const writeSnapshot = (store: TupleStore, mark: SnapshotMark, digest: Digest): Uint8Array => {
  const { objects, bySlot, byObject, byUserset, model } = store;
  const kept = new Renumbered(objects);
  const slotOf = (slot: number) => kept.slotOf(slot);
  const userOf = (user: number) => kept.userOf(user);
  const runs = [
    numbersOf(bySlot, kept.slots, userOf),
    numbersOf(byObject, kept.objects, slotOf),
    numbersOf(byUserset, kept.slots, slotOf),
  ];
  const ends = [...store.ends()].sort(([slot, user], [other, another]) => slot - other || user - another);
  const markBytes = encoder.encode(JSON.stringify({ ...mark, model: digest(encoder.encode(model.text)) }));
  const nameBytes = encoder.encode(JSON.stringify(kept.objects.map((object) => objects.nameOf(object))));
  const namedUsersets = (runs[2]?.length ?? 0) - kept.slots.length;
  const parts = [
    Int32Array.of(magic, kept.objects.length, kept.slots.length, store.size, namedUsersets, ends.length),
    Int32Array.of(markBytes.length, nameBytes.length),
    Int32Array.from(kept.objects, (object) => objects.typeOf(object)),
    ...runs,
    Int32Array.from(ends.flatMap(([slot, user]) => [slotOf(slot), userOf(user)])),
    Float64Array.from(ends, ([, , end]) => end),
  ];
  const all = joined([...parts.map(({ buffer }) => new Uint8Array(buffer)), markBytes, nameBytes]);
  return joined([all, encoder.encode(digest(all))]);
};

/** The lengths of runs, and then their values, in new numbers. */
const numbersOf = (runs: Runs, kept: readonly number[], renumbered: (value: number) => number): Int32Array => {
  const lengths = kept.map((run) => runs.lengthOf(run));
  const numbers = new Int32Array(lengths.reduce((size, length) => size + length, kept.length));
  numbers.set(lengths);
  let at = kept.length;
  for (const run of kept) {
    const start = runs.startOf(run);
    for (let n = start; n < start + runs.lengthOf(run); n++) numbers[at++] = renumbered(runs.data[n] ?? 0);
  }
  return numbers;
};

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};
