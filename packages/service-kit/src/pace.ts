import { setTimeout as delay } from 'node:timers/promises';

/**
 * Answers no sooner than `milliseconds` after the work began, whatever the work found: where an answer may not tell
 * whether somebody exists, neither may its time.
 */
export const steadyPace = async <T>(milliseconds: number, work: () => Promise<T>): Promise<T> => {
  const [outcome] = await Promise.allSettled([work(), delay(milliseconds)]);
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
};
