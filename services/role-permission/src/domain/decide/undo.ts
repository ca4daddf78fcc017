import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import type { Undo } from '../commands.ts';
import { type Edge, endOf } from '../edges.ts';
import type { AccessFact, RecordedAccessEvent } from '../events.ts';
import { edgesOf } from '../evolve.ts';
import { kindOf } from '../facts/kinds.ts';
import { keysOf, relyingOn, returningTo, writesOf } from '../keys.ts';
import { tooMuch } from '../limits.ts';
import type { AccessState } from '../state.ts';
import { type Tuple, textOf } from '../tuples.ts';
import type { Facts, Moment } from './deciding.ts';

/**
 * Takes back a whole command: the inverse of each of its events, newest first. Refused, with the positions in the way,
 * where a later command built on what it wrote; with `cascade` those are taken back too.
 *
 * What is taken back with an undo that itself was taken back counts as never undone; a command and its undo together
 * are in nobody's way, and neither is what time has ended.
 */
export const undo = (state: AccessState, { target, history, cascade }: Undo, moment: Moment): Facts => {
  const newer = moment.after(history.upTo);
  if (newer === undefined) return refuse('unavailable', { retryAfterSeconds: 1 });
  const entries = [...history.entries, ...newer.filter(({ position }) => position > history.upTo)];
  const first = entries.find(({ commandId }) => commandId === target);
  if (!first) return refuse('not_found');
  if (entries.some((entry) => entry.commandId === target && isEnding(entry))) return refuse('not_undoable');
  const alive = aliveSince(state, entries, first.position, moment.now);
  const chosen = chosenFor(target, alive, cascade);
  if (isRefusal(chosen)) return chosen;
  return takenBack(state, chosen, moment.now);
};

/** The inverse of each event, newest first, as far as it is still needed; nothing comes back that has ended since. */
export const takenBack = (
  state: AccessState,
  entries: readonly RecordedAccessEvent[],
  now: number,
): readonly AccessFact[] => {
  // All that matters of the states in between is which edges they have: whole ones would take most of the time.
  const held = new Map<string, boolean>();
  const isThere = (edge: Tuple): boolean => held.get(textOf(edge)) ?? state.edges.get(edge) !== undefined;
  return entries.toReversed().flatMap(({ event, position }) => {
    const inverse = inverseNow(event, now);
    if (!inverse) return [];
    const edges = edgesOf(inverse);
    // Ended by its time: there is nothing left to take back.
    if (edges.length > 0 && edges.every((edge) => edge.terms === null && !isThere(edge))) return [];
    for (const edge of edges) held.set(textOf(edge), edge.terms !== null);
    return [undoing(inverse, position)];
  });
};

const inverseNow = (fact: AccessFact, now: number): AccessFact | null | undefined => {
  const kind = kindOf(fact);
  const inverse = kind?.inverse(fact);
  const hasEnded = inverse && givenBy(inverse).some((terms) => endOf(terms) <= now);
  return hasEnded ? kind?.withdrawal?.(fact) : inverse;
};

const undoing = <F extends AccessFact>(fact: F, position: number): F => ({
  ...fact,
  data: { ...fact.data, undoes: position },
});

/** Did time bring it about? */
const isEnding = ({ event }: RecordedAccessEvent): boolean => 'expired' in event.data && event.data.expired === true;

/** On what terms a fact gives something. */
const givenBy = (fact: AccessFact): readonly Pick<Edge, 'validUntil'>[] =>
  fact.type === 'organization.seat_reserved'
    ? [fact.data]
    : edgesOf(fact).flatMap(({ terms }) => (terms === null ? [] : [terms]));

/** Whether time has ended what a fact was about since: every tuple, or the membership that it was one of. */
const isEnded = (fact: AccessFact, ended: ReadonlySet<string>): boolean => {
  const edges = edgesOf(fact);
  if (edges.length === 0) return false;
  return (
    edges.every((edge) => ended.has(textOf(edge))) ||
    !!kindOf(fact)
      ?.writes?.(fact)
      .some((key) => ended.has(key))
  );
};

/** Whether all that a fact gave, or took, would have ended by now and is not there any more. */
const isOver = (state: AccessState, fact: AccessFact, now: number): boolean => {
  if (edgesOf(fact).some((edge) => state.edges.get(edge))) return false;
  const given = givenBy(fact);
  const inverse = given.length === 0 ? kindOf(fact)?.inverse(fact) : undefined;
  const concerned = inverse ? givenBy(inverse) : given;
  return concerned.length > 0 && concerned.every((terms) => endOf(terms) <= now);
};

/** Events of a command that are still in force, or that another one may have to make way for. */
const aliveSince = (
  state: AccessState,
  entries: readonly RecordedAccessEvent[],
  from: number,
  now: number,
): readonly RecordedAccessEvent[] => {
  const gone = new Set<number>();
  const ended = new Set<string>();
  const endings = new Set(entries.filter(isEnding).map(({ commandId }) => commandId));
  const alive: RecordedAccessEvent[] = [];
  for (const entry of entries.toReversed()) {
    const { position, event, commandId } = entry;
    if (endings.has(commandId)) {
      for (const key of writesOf(event)) ended.add(key);
      continue;
    }
    if (gone.has(position)) continue;
    const { undoes } = event.data;
    if (undoes !== undefined) gone.add(undoes);
    // An undo of something within these events leaves things as they were before both.
    if (undoes !== undefined && undoes >= from) continue;
    if (!isEnded(event, ended) && !isOver(state, event, now)) alive.push(entry);
  }
  return alive.toReversed();
};

/**
 * The events to take back: those of the target, and of all that build on them, if these may be taken back with it. One
 * walk is enough: a command builds on earlier ones only, and its events stand one behind the other.
 */
const chosenFor = (
  target: string,
  alive: readonly RecordedAccessEvent[],
  cascade: boolean,
): readonly RecordedAccessEvent[] | Refusal => {
  const chosen: RecordedAccessEvent[] = [];
  const standing: RecordedAccessEvent[] = [];
  const inTheWay: RecordedAccessEvent[] = [];
  const written = new Set<string>();
  const needed = new Set<string>();
  const buildsOn = ({ event }: RecordedAccessEvent): boolean =>
    keysOf(event).some((key) => written.has(key)) || writesOf(event).some((key) => needed.has(key));
  for (const command of byCommand(alive)) {
    const isTarget = command[0]?.commandId === target;
    if (!isTarget && !cascade) {
      inTheWay.push(...command.filter(buildsOn));
      continue;
    }
    if (!isTarget && !command.some(buildsOn)) continue;
    for (const entry of command) {
      chosen.push(entry);
      if (kindOf(entry.event)?.inverse(entry.event) === null) standing.push(entry);
      for (const key of writesOf(entry.event)) written.add(key);
      for (const key of [...returningTo(entry.event), ...relyingOn(entry.event)]) needed.add(key);
    }
    if (isTarget && standing.length > 0) return refuse('not_undoable');
  }
  const blocking = standing.length > 0 ? standing : inTheWay;
  if (blocking.length > 0) return refuse('undo_blocked', { blockedBy: blocking.map(({ position }) => position) });
  return tooMuch(chosen.length) ?? chosen;
};

function* byCommand(entries: readonly RecordedAccessEvent[]): Generator<readonly RecordedAccessEvent[]> {
  let command: RecordedAccessEvent[] = [];
  for (const entry of entries) {
    if (command.length > 0 && command[0]?.commandId !== entry.commandId) {
      yield command;
      command = [];
    }
    command.push(entry);
  }
  if (command.length > 0) yield command;
}
