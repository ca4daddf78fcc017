import { readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';

// A block file is a run of records (nats-server, server/filestore.go): length (4 bytes, the top bit says that there are
// headers), sequence (8), time (8), subject, headers, message, hash; all little-endian.
const lengthMask = 0x7fff_ffff;

/** Where a server keeps the messages of a stream. */
export const messagesOf = (storeDir: string, stream: string): string =>
  join(storeDir, 'jetstream', '$G', 'streams', stream, 'msgs');

/**
 * Cuts a stream's files off after a sequence and drops the indexes, which the server makes anew from what is left. That
 * is what a power cut leaves when the newest writes were still in memory.
 */
export const loseTail = async (messages: string, lastKept: number): Promise<void> => {
  for (const name of await readdir(messages)) {
    const file = join(messages, name);
    if (!name.endsWith('.blk')) {
      await rm(file, { recursive: true });
      continue;
    }
    const kept = lengthUpTo(await readFile(file), lastKept);
    if (kept === 0) await rm(file);
    else await truncate(file, kept);
  }
};

const lengthUpTo = (block: Buffer, lastKept: number): number => {
  let at = 0;
  while (at + 12 <= block.length && block.readBigUInt64LE(at + 4) <= BigInt(lastKept)) {
    at += block.readUInt32LE(at) & lengthMask;
  }
  return at;
};
