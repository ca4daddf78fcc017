import type { Log } from './log.ts';
import { type Timing, within } from './timing.ts';

/** A log whose calls throw `NoAnswer` when they take longer than so many milliseconds. */
export const impatientLog = <Event>(log: Log<Event>, timing: Timing, attemptMs: number): Log<Event> => ({
  append: async (head, batch) => within(timing, attemptMs, log.append(head, batch)),
  read: async (fromPosition, limit) => within(timing, attemptMs, log.read(fromPosition, limit)),
  known: async (eventIds) => within(timing, attemptMs, log.known(eventIds)),
});
