import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

/** Called again and again during long work: lets others have their turn whenever that has gone on for a while. */
export type Pause = () => Promise<void> | undefined;

/** @param milliseconds how long others wait at most, but for the step that is going on */
export const pauseEvery = (milliseconds: number): Pause => {
  let began = performance.now();
  return () => {
    if (performance.now() - began < milliseconds) return undefined;
    return setImmediate().then(() => {
      began = performance.now();
    });
  };
};

/** So long others wait at most while a long answer is put together. */
const answeringMilliseconds = 20;

/** Makes something of each of many things, one after the other; others have their turn in between. */
export const eachInTurn = async <One, Made>(
  all: readonly One[],
  make: (one: One, n: number) => Promise<Made>,
  pause: Pause = pauseEvery(answeringMilliseconds),
): Promise<Made[]> => {
  const made: Made[] = [];
  for (const [n, one] of all.entries()) {
    made.push(await make(one, n));
    await pause();
  }
  return made;
};
