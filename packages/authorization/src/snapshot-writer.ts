import { Renumbered } from './renumbered.ts';
import { type Digest, magic, type SnapshotMark } from './snapshot.ts';
import type { TupleStore } from './tuple-store.ts';

const encoder = new TextEncoder();

/**
 * All tuples in a form that is loaded rather than replayed. In this order, numbers of 32 bits as the machine has them:
 * the magic number; how many objects, slots, tuples and ends there are; how many bytes the mark and the names take;
 * by object its type; by slot how many users it names; the users; slot and user of each tuple that ends. Then the ends
 * (64 bits each), the mark and the names as JSON, which is read faster than strings can be cut from one another. The
 * digest of all this comes last.
 */
export const writeSnapshot = (store: TupleStore, mark: SnapshotMark, digest: Digest): Uint8Array => {
  const { objects, bySlot, model } = store;
  const kept = new Renumbered(objects);
  const names = kept.objects.map((object) => objects.nameOf(object));
  const ends = [...store.ends()].sort(([slot, user], [other, another]) => slot - other || user - another);
  const markBytes = encoder.encode(JSON.stringify({ ...mark, model: digest(encoder.encode(model.text)) }));
  const nameBytes = encoder.encode(JSON.stringify(names));
  const header = [
    magic,
    names.length,
    kept.slots.length,
    store.size,
    ends.length,
    markBytes.length,
    nameBytes.length,
    0,
  ];
  const words = new Int32Array(header.length + names.length + kept.slots.length + store.size + 2 * ends.length);
  words.set(header);
  let at = header.length;
  for (const object of kept.objects) words[at++] = objects.typeOf(object);
  for (const slot of kept.slots) words[at++] = bySlot.lengthOf(slot);
  for (const slot of kept.slots) {
    const start = bySlot.startOf(slot);
    for (let n = start; n < start + bySlot.lengthOf(slot); n++) words[at++] = kept.userOf(bySlot.data[n] ?? 0);
  }
  for (const [slot, user] of ends) {
    words[at++] = kept.slotOf(slot);
    words[at++] = kept.userOf(user);
  }
  const endTimes = new Float64Array(ends.map(([, , end]) => end));
  const all = joined([new Uint8Array(words.buffer), new Uint8Array(endTimes.buffer), markBytes, nameBytes]);
  return joined([all, encoder.encode(digest(all))]);
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
