import { type Refusal, refuse } from '@rollcall/types/problems';
import { adminsLost, hasLastingAdministrator, isProduct, mayRule } from './authority.ts';
import { isCurrent } from './edges.ts';
import type { AccessFact } from './events.ts';
import { applied, edgesOf } from './evolve.ts';
import { kindOf } from './facts/kinds.ts';
import { isSuspended } from './holdings.ts';
import { type AccessState, exists } from './state.ts';
import { thingOf } from './tuples.ts';

/** For each event of commands that ended things, by its position, the things that ended with it, each with where it did. */
export type EndedWith = ReadonlyMap<number, ReadonlyMap<string, number>>;

/**
 * Whether facts may follow a state: every way to change access ends here, commands as well as what takes one back. Nobody
 * who is suspended brings anything about. First whether the actor may bring each of them about, then whether all that must hold does hold after them.
 *
 * @param endedWith of the events that the facts take back
 * @returns the state after them, or why not.
 */
export const guard = (
  state: AccessState,
  facts: readonly AccessFact[],
  actor: string,
  now: number,
  endedWith: EndedWith = new Map(),
): AccessState | Refusal => {
  if (isSuspended(state, actor)) return refuse('forbidden');
  const upon: AccessState[] = [];
  let after = state;
  for (const [n, fact] of facts.entries()) {
    upon.push(after);
    after = applied(after, fact, { position: state.revision + 1 + n, at: now, actor });
    // Nothing is given to, or within, what is not there.
    if (edgesOf(fact).some((edge) => edge.terms !== null && !after.edges.get(edge))) return refuse('not_found');
  }
  const known = knowing(state, facts);
  const undone = new Set(facts.map(({ data }) => data.undoes));
  for (const [n, fact] of facts.entries()) {
    const returning = fact.data.undoes === undefined ? [] : returningWith(state, after, fact);
    const ended = endedWith.get(fact.data.undoes ?? 0);
    const isReturn = returning.some((thing) => ended?.has(thing) && undone.has(ended.get(thing)));
    const isEverywhere = givesEverywhere(fact);
    if (!isEverywhere && (isReturn || isConsequence(after, fact))) continue;
    // What was done to a thing before it was deleted is judged as if that had been taken back by itself.
    const judged = returning.length > 0 && !isEverywhere ? (upon[n] ?? state) : known;
    if (endsNothing(judged, fact, now)) continue;
    const refusal = kindOf(fact)?.judge(judged, actor, fact, now);
    if (refusal) return refusal;
  }
  for (const fact of facts) {
    // What one fact makes another one of the command may have ended again.
    if (!stands(after, fact)) continue;
    const refusal = kindOf(fact)?.violation?.(after, fact, state);
    if (refusal) return refusal;
  }
  return powerTaken(state, after, actor, now) ?? after;
};

/** Whoever makes a permission may, if they hold everything, pass it on with the same command: nobody holds what is not there. */
const knowing = (state: AccessState, facts: readonly AccessFact[]): AccessState => {
  let { permissions } = state;
  for (const { type, data } of facts) {
    if (type === 'permission.created') permissions = permissions.set(data.name, data.description);
  }
  return permissions === state.permissions ? state : { ...state, permissions };
};

/**
 * What ends because a thing is deleted is judged with the thing, and so is what returns because that is taken back: what
 * the same command ended, or took back, together with it. But nothing returns to people everywhere unless whoever brings
 * it back could give it now: it may have been deleted to take just that.
 */
const isConsequence = (after: AccessState, fact: AccessFact): boolean =>
  fact.data.undoes === undefined &&
  endsSomething(fact) &&
  thingsAround(fact).some((thing) => isStructure(thing) && !exists(after, thing));

/** The things around a fact that were not there and are by the facts that it is one of. */
const returningWith = (before: AccessState, after: AccessState, fact: AccessFact): readonly string[] =>
  thingsAround(fact).filter((thing) => isStructure(thing) && !exists(before, thing) && exists(after, thing));

/** Does it give somebody a permission everywhere, as such or by a role? */
export const givesEverywhere = (fact: AccessFact): boolean =>
  (fact.type === 'permission.granted' && !fact.data.organizationId) ||
  (fact.type === 'role.assigned' && !isOfOrganization(fact.subject));

/** Permissions, and the roles and groups that bundle them, are none: deleting one takes from people, and needs what that needs. */
const isStructure = (thing: string): boolean =>
  thing.startsWith('role:') ? isOfOrganization(thing) : !thing.startsWith('permission:') && !thing.startsWith('group:');

/** A role of an organization has that in its name. */
const isOfOrganization = (role: string): boolean => role.includes('/');

/** Does it take away, and nothing else? */
export const endsSomething = (fact: AccessFact): boolean => {
  const edges = edgesOf(fact);
  if (edges.length > 0) return edges.every(({ terms }) => terms === null);
  return fact.type.endsWith('.deleted') || fact.type.endsWith('_released');
};

/** What a fact is part of: for the existence of a thing what that belongs to, else what its edges join. */
export const thingsAround = (fact: AccessFact): readonly string[] => kindOf(fact)?.within?.(fact) ?? endsOf(fact);

/** What its edges join. */
export const endsOf = (fact: AccessFact): readonly string[] =>
  edgesOf(fact).flatMap(({ object, subject }) => [object, thingOf(subject)]);

/** What had ended by itself is nothing to take from anybody. */
const endsNothing = (before: AccessState, fact: AccessFact, now: number): boolean => {
  const edges = edgesOf(fact);
  return edges.length > 0 && edges.every((edge) => edge.terms === null && !isCurrent(before.edges.get(edge), now));
};

const stands = (after: AccessState, fact: AccessFact): boolean => {
  const opened = edgesOf(fact).filter(({ terms }) => terms !== null);
  if (opened.length > 0) return opened.some((edge) => after.edges.get(edge));
  const type = fact.type.slice(0, fact.type.indexOf('.'));
  return !fact.type.endsWith('.created') || exists(after, `${type}:${fact.subject}`);
};

/** There is always an administrator for good, and nobody takes power from those who have more. */
const powerTaken = (before: AccessState, after: AccessState, actor: string, now: number): Refusal | undefined => {
  if (before.edges === after.edges && before.users === after.users) return undefined;
  if (!isProduct(actor)) {
    for (const userId of adminsLost(before, after)) {
      if (userId !== actor && !mayRule(before, actor, userId, now)) return refuse('forbidden');
    }
  }
  return hasLastingAdministrator(before) && !hasLastingAdministrator(after) ? refuse('last_admin') : undefined;
};
