import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import type { Undo } from '../commands.ts';
import { type Edge, endOf } from '../edges.ts';
import type { AccessFact, RecordedAccessEvent } from '../events.ts';
import { applied, edgesOf } from '../evolve.ts';
import { kindOf } from '../facts/kinds.ts';
import { endsOf, keysOf, writesOf } from '../keys.ts';
import type { AccessState } from '../state.ts';
import { textOf } from '../tuples.ts';
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
  const alive = aliveSince(state, entries, first.position, moment.now);
  const chosen = chosenFor(target, alive, cascade);
  if (isRefusal(chosen)) return chosen;
  const facts: AccessFact[] = [];
  let present = state;
  for (const entry of chosen.toReversed()) {
    for (const fact of takenBack(present, entry, moment.now)) {
      facts.push(fact);
      present = applied(present, fact, {
        position: state.revision + facts.length,
        at: moment.now,
        actor: moment.actor,
      });
    }
  }
  return facts;
};

/** The inverse of an event, as far as it is still needed, and never of what has ended since. */
export const takenBack = (
  state: AccessState,
  { event, position }: RecordedAccessEvent,
  now: number,
): readonly AccessFact[] => {
  const inverse = kindOf(event)?.inverse(event);
  if (!inverse) return [];
  const edges = edgesOf(inverse);
  if (givenBy(inverse).some((terms) => endOf(terms) <= now)) return [];
  // Ended by its time: there is nothing left to take back.
  if (edges.length > 0 && edges.every((edge) => edge.terms === null && !state.edges.get(edge))) return [];
  return [undoing(inverse, position)];
};

const undoing = <F extends AccessFact>(fact: F, position: number): F => ({
  ...fact,
  data: { ...fact.data, undoes: position },
});

/** On what terms a fact gives something. */
const givenBy = (fact: AccessFact): readonly Pick<Edge, 'validUntil'>[] =>
  fact.type === 'organization.seat_reserved'
    ? [fact.data]
    : edgesOf(fact).flatMap(({ terms }) => (terms === null ? [] : [terms]));

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
  const endings = new Set(
    entries.filter(({ event }) => 'expired' in event.data && event.data.expired).map(({ commandId }) => commandId),
  );
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
    const edges = edgesOf(event);
    const isEnded = edges.length > 0 && edges.every((edge) => ended.has(textOf(edge)));
    if (!isEnded && !isOver(state, event, now)) alive.push(entry);
  }
  return alive.toReversed();
};

/** The events to take back: those of the target, and of all that build on them, if these may be taken back with it. */
const chosenFor = (
  target: string,
  alive: readonly RecordedAccessEvent[],
  cascade: boolean,
): readonly RecordedAccessEvent[] | Refusal => {
  const commands = new Set([target]);
  for (;;) {
    const chosen = alive.filter(({ commandId }) => commands.has(commandId));
    if (chosen.some(({ event }) => kindOf(event)?.inverse(event) === null)) {
      const standing = chosen.filter(({ event }) => kindOf(event)?.inverse(event) === null);
      return standing.some(({ commandId }) => commandId === target)
        ? refuse('not_undoable')
        : blocked(standing.map(({ position }) => position));
    }
    const written = firstPositions(chosen, writesOf);
    const needed = firstPositions(chosen, returningTo);
    const later = alive.filter(
      ({ commandId, event, position }) =>
        !commands.has(commandId) &&
        (keysOf(event).some((key) => position > (written.get(key) ?? Number.POSITIVE_INFINITY)) ||
          writesOf(event).some((key) => position > (needed.get(key) ?? Number.POSITIVE_INFINITY))),
    );
    if (later.length === 0) return chosen;
    if (!cascade) return blocked(later.map(({ position }) => position));
    for (const { commandId } of later) commands.add(commandId);
  }
};

/** Since when each key is in question. */
const firstPositions = (
  entries: readonly RecordedAccessEvent[],
  keys: (fact: AccessFact) => readonly string[],
): ReadonlyMap<string, number> => {
  const first = new Map<string, number>();
  for (const { event, position } of entries.toReversed()) for (const key of keys(event)) first.set(key, position);
  return first;
};

/** The things that have to be there for what a fact took to be given back. */
const returningTo = (fact: AccessFact): readonly string[] =>
  edgesOf(fact).flatMap((edge) => (edge.terms === null ? endsOf(edge) : []));

const blocked = (positions: readonly number[]): Refusal => refuse('undo_blocked', { blockedBy: positions });
