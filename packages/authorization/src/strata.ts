/** What a relation follows from: the ids of relations, and whether they stand on the right side of a `but not`. */
export type Dependencies = readonly { readonly on: number; readonly isNegated: boolean }[];

/** A relation that depends on itself through a negation, if there is one: it would be true exactly if it were not. */
export const negatedCycle = (dependencies: readonly Dependencies[]): number | undefined => {
  for (const [id, own] of dependencies.entries()) {
    if (own.some(({ on, isNegated }) => isNegated && reachableFrom(on, dependencies).has(id))) return id;
  }
  return undefined;
};

/**
 * A number for each relation, such that what it excludes has a lower one and nothing that it follows from a higher one.
 * Solved in this order, nothing that was excluded changes later (stratified negation: Apt, Blair and Walker).
 */
export const strataOf = (dependencies: readonly Dependencies[]): readonly number[] => {
  const strata = dependencies.map(() => 0);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [id, own] of dependencies.entries()) {
      const least = own.reduce((most, { on, isNegated }) => Math.max(most, (strata[on] ?? 0) + (isNegated ? 1 : 0)), 0);
      if (least <= (strata[id] ?? 0)) continue;
      strata[id] = least;
      changed = true;
    }
  }
  return strata;
};

/** Is a relation, with everything that it follows from, made of unions alone? */
export const unionsOnly = (
  id: number,
  dependencies: readonly Dependencies[],
  isUnion: (id: number) => boolean,
): boolean => [...reachableFrom(id, dependencies)].every(isUnion);

/** The relation and everything that it follows from, by whatever way. */
const reachableFrom = (id: number, dependencies: readonly Dependencies[]): ReadonlySet<number> => {
  const reached = new Set([id]);
  // A set is iterated over what is added meanwhile, too.
  for (const next of reached) for (const { on } of dependencies[next] ?? []) reached.add(on);
  return reached;
};
