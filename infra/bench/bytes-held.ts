import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const bytesNow = (): number => {
  // Twice: what the first frees may have held more.
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

/** By how many bytes of heap and of memory outside of it there is more once something is made. */
export const bytesHeldBy = (make: () => object): number => {
  const before = bytesNow();
  const made = make();
  const held = bytesNow() - before;
  // Keeps it alive until it was measured.
  if (Object.isFrozen(made)) throw new Error('what is measured is never frozen');
  return held;
};
