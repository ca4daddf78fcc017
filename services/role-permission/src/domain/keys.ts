import type { AccessFact } from './events.ts';
import { edgesOf } from './evolve.ts';
import { entityKey } from './facts/kind.ts';
import { kindOf } from './facts/kinds.ts';
import { type Tuple, textOf, thingOf, wholeOf } from './tuples.ts';

/** What a fact changes, by key: what a later one that relies on any of it stands on. */
export const writesOf = (fact: AccessFact): readonly string[] => [
  ...edgesOf(fact).map(textOf),
  ...(kindOf(fact)?.writes?.(fact) ?? []),
];

/** What a fact changes and what it relies on, by key: the things at the ends of its edges among them. */
export const keysOf = (fact: AccessFact): readonly string[] => [
  ...new Set([...writesOf(fact), ...edgesOf(fact).flatMap(endsOf), ...(kindOf(fact)?.reads?.(fact) ?? [])]),
];

/** The types of the events by which things come about and end; only these write the keys of things as such. */
export const beginsOrEnds = /[.](created|deleted|purged|user_added)$/;

/** The things that have to be there for what a fact took to be given back. */
export const returningTo = (fact: AccessFact): readonly string[] =>
  edgesOf(fact).flatMap((edge) => (edge.terms === null ? endsOf(edge) : []));

/** What else has to be as it was for that: somebody's belonging to an organization, who owns a project. Few ever write it. */
export const relyingOn = (fact: AccessFact): readonly string[] => {
  const things = returningTo(fact);
  const inverse = things.length === 0 ? undefined : kindOf(fact)?.inverse(fact);
  const relied = inverse ? (kindOf(inverse)?.reads?.(inverse) ?? []) : [];
  return relied.filter((key) => !things.includes(key));
};

/** The things that a tuple joins, by key. */
const endsOf = ({ object, subject }: Tuple): readonly string[] => [keyOfThing(object), keyOfThing(thingOf(subject))];

/** A permission within an organization is there as long as the permission is, and so for groups. */
const keyOfThing = (thing: string): string => {
  const slash = thing.indexOf('/');
  return thing.startsWith('permission:') && slash >= 0
    ? entityKey('permission', thing.slice(slash + 1))
    : wholeOf(thing);
};
