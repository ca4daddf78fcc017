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
