import { type Refusal, refuse } from '@rollcall/types/problems';
import type { History } from './domain/commands.ts';
import type { RecordedAccessEvent } from './domain/events.ts';
import { relyingOn, returningTo, writesOf } from './domain/keys.ts';
import { mostHistory, mostRounds } from './domain/limits.ts';
import type { LogQueries } from './store/log-queries.ts';

/**
 * What is needed of the log to take a command back: its events, and the later commands that touch what it wrote or bring
 * and end the things that it would return to; with `cascade` also what touches what those wrote, and so on. What those
 * wrote is looked for once in any case: it shows which of them were taken back, or have ended.
 *
 * Each key is looked for once. Refused when more is found than what is looked through for one undo.
 *
 * @param upTo the revision of the state that the command is decided upon, or an earlier one
 */
export const historyOf = async (
  log: Pick<LogQueries, 'commandsTouching' | 'ofCommands'>,
  target: readonly RecordedAccessEvent[],
  upTo: number,
  cascade: boolean,
): Promise<History | Refusal> => {
  const first = target[0]?.position ?? upTo;
  const entries = new Map(target.map((entry) => [entry.position, entry]));
  const commands = new Set(target.map(({ commandId }) => commandId));
  const asked = new Set<string>();
  const fresh = (keys: readonly string[]): readonly string[] => [...new Set(keys)].filter((key) => !asked.has(key));
  let news = target;
  for (let round = 1; round <= (cascade ? mostRounds : 2); round++) {
    const returning = cascade || round === 1 ? news.map(({ event }) => event) : [];
    const written = fresh([...news.flatMap(({ event }) => writesOf(event)), ...returning.flatMap(relyingOn)]);
    const needed = fresh(returning.flatMap(returningTo));
    if (written.length + needed.length === 0) return historyIn(entries, upTo);
    for (const key of [...written, ...needed]) asked.add(key);
    const touching = await log.commandsTouching(first - 1, { written, needed }, commands.size + mostHistory + 1);
    const found = touching.filter(({ commandId }) => !commands.has(commandId));
    for (const { commandId } of found) commands.add(commandId);
    const room = mostHistory - (entries.size - target.length);
    news = await log.ofCommands(found, room + 1);
    if (news.length > room) return beyond;
    for (const entry of news) entries.set(entry.position, entry);
  }
  return cascade ? beyond : historyIn(entries, upTo);
};

const historyIn = (entries: ReadonlyMap<number, RecordedAccessEvent>, upTo: number): History => ({
  entries: [...entries.values()]
    .filter(({ position }) => position <= upTo)
    .sort((one, other) => one.position - other.position),
  upTo,
});

const beyond = refuse('too_much_at_once', {
  detail: `More than ${mostHistory} later changes concern the same things, or they build on one another in more than ${mostRounds} steps. Take later ones back first.`,
});
