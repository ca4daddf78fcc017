import type { EdgeChange } from './edges.ts';
import type { AccessFact, RecordedAccessEvent } from './events.ts';
import type { Place } from './facts/kind.ts';
import { kindOf } from './facts/kinds.ts';
import { type AccessState, exists } from './state.ts';
import { thingOf } from './tuples.ts';

/**
 * The state after an event. Total: what an event says about things that are not there, or in a word that only a newer
 * version knows, counts as an event about its subject and changes nothing else.
 */
export const evolve = (state: AccessState, { event, position, at }: RecordedAccessEvent): AccessState => ({
  ...applied(state, event, { position, at, actor: event.cause.actor }),
  revision: position,
  subjectSequences: state.subjectSequences.set(event.subject, event.subjectSequence),
});

/** The tuples that hold after a fact, or no longer. */
export const edgesOf = (fact: AccessFact): readonly EdgeChange[] => kindOf(fact)?.edges?.(fact) ?? [];

/** A state with a fact in it, but for where that stands in the log. */
export const applied = (state: AccessState, fact: AccessFact, place: Place): AccessState => {
  const after = kindOf(fact)?.evolve?.(state, fact, place) ?? state;
  const { position, at: grantedAt, actor: grantedBy } = place;
  const edges = edgesOf(fact).reduce((all, { terms, ...tuple }) => {
    if (terms === null) return all.with(tuple, null);
    if (!exists(after, tuple.object) || !exists(after, thingOf(tuple.subject))) return all;
    return all.with(tuple, { validUntil: terms.validUntil, grantedBy, grantedAt, position });
  }, after.edges);
  return edges === after.edges ? after : { ...after, edges };
};
