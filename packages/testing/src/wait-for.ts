import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for a thing instead of for a time: asks again until `look` finds something.
 *
 * @throws after `milliseconds` (10,000 unless told), naming what was waited for and the last error met.
 */
export const waitFor = async <T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  milliseconds = 10_000,
): Promise<T> => {
  const deadline = Date.now() + milliseconds;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error;
    }
    await delay(20);
  }
  throw new Error(`waited ${milliseconds} ms for ${what} in vain`, { cause: last });
};
