import type { AccessFact } from './events.ts';
import { edgesOf } from './evolve.ts';
import { entityKey } from './facts/kind.ts';
import { kindOf } from './facts/kinds.ts';
import { type Tuple, textOf, thingOf } from './tuples.ts';

/** What a fact changes, by key: what a later one that relies on any of it stands on. */
export const writesOf = (fact: AccessFact): readonly string[] => [
  ...edgesOf(fact).map(textOf),
  ...(kindOf(fact)?.writes?.(fact) ?? []),
];

/** What a fact changes and what it relies on, by key: the things at the ends of its edges among them. */
export const keysOf = (fact: AccessFact): readonly string[] => [
  ...new Set([...writesOf(fact), ...edgesOf(fact).flatMap(endsOf), ...(kindOf(fact)?.reads?.(fact) ?? [])]),
];

/** The things that a tuple joins, by key. */
export const endsOf = ({ object, subject }: Tuple): readonly string[] => [keyOfThing(object), thingOf(subject)];

/** A permission within an organization is there as long as the permission is. */
const keyOfThing = (object: string): string => {
  const slash = object.indexOf('/');
  return object.startsWith('permission:') && slash >= 0 ? entityKey('permission', object.slice(slash + 1)) : object;
};
