import { isRefusal, refuse } from '@rollcall/types/problems';
import { ownAuthority } from '../authority.ts';
import type { RestoreDeleted } from '../commands.ts';
import { deletedThing, thingsEndedWith } from '../ended-with.ts';
import type { AccessFact, RecordedAccessEvent } from '../events.ts';
import { applied } from '../evolve.ts';
import { kindOf } from '../facts/kinds.ts';
import { endsOf, givesEverywhere, guard, thingsAround } from '../guard.ts';
import type { AccessState, DeletedItem } from '../state.ts';
import type { Facts, Moment } from './deciding.ts';
import { takenBack } from './undo.ts';

/**
 * What was deleted comes back as it was, but for what it can no longer have: members who are gone, what has ended, seats
 * that are taken, and permissions everywhere that whoever restores may not give. An organization comes back with all that
 * was deleted with it.
 */
export const restoreDeleted = (state: AccessState, { itemId, entries }: RestoreDeleted, moment: Moment): Facts => {
  const item = state.deleted.get(itemId);
  if (!item) return refuse('not_found');
  // Those of a former deletion: it has been restored and deleted again since they were read.
  if (!entries.some(({ position }) => position === item.position))
    return refuse('unavailable', { retryAfterSeconds: 1 });
  const concerned = endedWithItem(item, entries).toSorted((one, other) => one.position - other.position);
  const facts: AccessFact[] = [];
  const isNeeded = (fact: AccessFact): boolean => fact.type === `${item.kind}.created`;
  const back = takenBack(state, concerned, moment.now).filter((fact) => !isAnothersByNow(state, fact));
  keepPossible({ kept: facts, isNeeded, moment }, state, back);
  return facts;
};

/** What is somebody else's meanwhile stays so, and they say who is in it: that would be for an undo to ask for. */
const isAnothersByNow = ({ projects }: AccessState, fact: AccessFact): boolean => {
  const project = projects.get(fact.subject);
  if (project === undefined) return false;
  if (fact.type === 'project.transferred') return true;
  return 'member' in fact.data && 'owner' in fact.data && project.owner !== fact.data.owner;
};

interface Restoring {
  readonly kept: AccessFact[];
  readonly isNeeded: (fact: AccessFact) => boolean;
  readonly moment: Moment;
}

/** Facts that cannot follow together are tried in so many parts. */
const parts = 32;

/**
 * Keeps those facts that can follow, and returns the state after them. Who may restore brings back all but what reaches
 * beyond it, which is theirs to give or stays away. As a rule all can follow, together; else smaller and smaller parts are
 * tried, so that one thing that cannot be does not keep the rest away, and so that nothing is tried more than a few times.
 */
const keepPossible = (restoring: Restoring, state: AccessState, facts: readonly AccessFact[]): AccessState => {
  const { kept, isNeeded, moment } = restoring;
  const isTheirs = facts.every((fact) => !givesEverywhere(fact) || mayGive(state, fact, moment));
  const after = isTheirs ? guard(state, facts, ownAuthority, moment.now) : undefined;
  if (after && !isRefusal(after)) {
    for (const fact of facts) kept.push(fact);
    return after;
  }
  const [only] = facts;
  if (only && facts.length === 1) {
    if (!isNeeded(only)) return state;
    kept.push(only);
    return applied(state, only, { position: state.revision + kept.length, at: moment.now, actor: moment.actor });
  }
  const size = Math.ceil(facts.length / parts);
  let present = state;
  for (let n = 0; n < facts.length; n += size) {
    present = keepPossible(restoring, present, facts.slice(n, n + size));
  }
  return present;
};

const mayGive = (state: AccessState, fact: AccessFact, { actor, now }: Moment): boolean =>
  kindOf(fact)?.judge(state, actor, fact, now) === undefined;

/** What ended with it, and with what ended with it: its command may have done other things beside. */
const endedWithItem = ({ kind, id }: DeletedItem, entries: readonly RecordedAccessEvent[]) => {
  const endedWith = thingsEndedWith(entries);
  const things = new Set([`${kind}:${id}`]);
  const isPart = ({ event }: RecordedAccessEvent): boolean =>
    event.subject === id || [...thingsAround(event), ...endsOf(event)].some((thing) => things.has(thing));
  const ended = entries.filter(({ position }) => endedWith.has(position));
  // What a part of it owned is deleted before or after that.
  for (let known = 0; known < things.size; ) {
    known = things.size;
    for (const thing of ended.filter(isPart).map(({ event }) => deletedThing(event))) if (thing) things.add(thing);
  }
  return ended.filter(isPart);
};
