import type { Log } from './log.ts';
import { type Timing, within } from './timing.ts';

/** A log whose calls throw `NoAnswer` when they take longer than so many milliseconds. */
export const impatientLog = <Event>(log: Log<Event>, timing: Timing, attemptMs: number): Log<Event> => ({
  append: async (intended) => within(timing, attemptMs, log.append(intended)),
  appendAlone: async (fromPosition, limit, decide) => {
    let isWaitedFor = true;
    // Whoever was given up on must not decide any more: nobody would hear of it.
    const appended = log.appendAlone(fromPosition, limit, (page) => (isWaitedFor ? decide(page) : undefined));
    return within(timing, attemptMs, appended).finally(() => {
      isWaitedFor = false;
    });
  },
  read: async (fromPosition, limit) => within(timing, attemptMs, log.read(fromPosition, limit)),
  known: async (eventIds) => within(timing, attemptMs, log.known(eventIds)),
  raiseEpoch: async (above) => within(timing, attemptMs, log.raiseEpoch(above)),
});
