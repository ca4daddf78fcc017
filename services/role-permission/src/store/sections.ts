import { createHash } from 'node:crypto';
import type { Pause } from './turns.ts';

/** What was read is not what was written, or not by this version, or not on such a machine. */
export class Damaged extends Error {
  override readonly name = 'Damaged';
}

/** Bytes that follow one another. */
export type Section = readonly Uint8Array[];

/** Another one for another order of bytes. */
const magic = 0x53_43_41_31;
const digestLength = 32;
const hashedAtOnce = 1 << 20;

const padded = (length: number): number => Math.ceil(length / 8) * 8;
const sizeOf = (section: Section): number => section.reduce((size, bytes) => size + bytes.length, 0);

/**
 * Sections as one piece of memory: numbers of 32 bits (the magic one, how many sections, how long each is), the sections,
 * each from a multiple of eight on, and the SHA-256 of all that.
 */
export const joined = async (sections: readonly Section[], pause: Pause): Promise<Uint8Array> => {
  const header = Uint32Array.of(magic, sections.length, ...sections.map(sizeOf));
  const parts = [[new Uint8Array(header.buffer)], ...sections];
  const length = parts.reduce((sum, part) => sum + padded(sizeOf(part)), 0);
  const all = new Uint8Array(length + digestLength);
  let at = 0;
  for (const part of parts) {
    const next = at + padded(sizeOf(part));
    for (const bytes of part) {
      all.set(bytes, at);
      at += bytes.length;
      await pause();
    }
    at = next;
  }
  const hash = createHash('sha256');
  for (let from = 0; from < length; from += hashedAtOnce) {
    hash.update(all.subarray(from, Math.min(length, from + hashedAtOnce)));
    await pause();
  }
  all.set(hash.digest(), length);
  return all;
};

/**
 * The sections that were joined, where they stand.
 *
 * @param all from the beginning of a piece of memory: numbers are read in place
 * @throws Damaged if a bit of it is not as it was
 */
export const taken = (all: Uint8Array<ArrayBuffer>): readonly Uint8Array<ArrayBuffer>[] => {
  const length = all.length - digestLength;
  if (length < 8 || length % 8 !== 0) throw new Damaged('it is cut');
  const digest = createHash('sha256').update(all.subarray(0, length)).digest();
  if (!digest.equals(all.subarray(length))) throw new Damaged('its checksum is wrong');
  const [found, count = 0] = new Uint32Array(all.buffer, 0, 2);
  if (found !== magic) throw new Damaged('it is of another kind of machine');
  let at = padded(4 * (2 + count));
  return Array.from(new Uint32Array(all.buffer, 8, count), (size) => {
    const section = all.subarray(at, at + size);
    at += padded(size);
    return section;
  });
};
