import type { History } from './domain/commands.ts';
import type { RecordedAccessEvent } from './domain/events.ts';
import { keysOf } from './domain/keys.ts';
import type { LogQueries } from './store/log-queries.ts';

/**
 * What is needed of the log to take a command back: its events, and what came after them about the same keys; with
 * `cascade` also what came about the keys of those, and so on.
 *
 * @param upTo the revision of the state that the command is decided upon, or an earlier one
 */
export const historyOf = async (
  log: LogQueries,
  target: readonly RecordedAccessEvent[],
  upTo: number,
  cascade: boolean,
): Promise<History> => {
  const first = target[0]?.position ?? upTo;
  let entries = target;
  for (let keys = keysIn(target), known = -1; keys.size > known; ) {
    known = keys.size;
    const found = await log.after(first - 1, [...keys]);
    entries = inOrder([...target, ...found]);
    if (!cascade) break;
    keys = keysIn(entries);
  }
  return { entries: entries.filter(({ position }) => position <= upTo), upTo };
};

const keysIn = (entries: readonly RecordedAccessEvent[]): ReadonlySet<string> =>
  new Set(entries.flatMap(({ event }) => keysOf(event)));

/** Each once, by position. */
const inOrder = (entries: readonly RecordedAccessEvent[]): readonly RecordedAccessEvent[] =>
  [...new Map(entries.map((entry) => [entry.position, entry])).values()].sort(
    (one, other) => one.position - other.position,
  );
