import type { Relation } from './relation.ts';
import type { Part, Settled, Way } from './settled.ts';
import type { HeldTuple } from './tuple.ts';

/** Tuples that together are enough, from the user's own to the object's. */
export type Path = readonly HeldTuple[];

/** A part that has yet to be proved, and the slots that it is needed for: none of them may be used to prove it. */
interface Goal extends Part {
  readonly above: Chain<number> | undefined;
}

interface Chain<T> {
  readonly first: T;
  readonly rest: Chain<T> | undefined;
}

interface Attempt {
  readonly tuples: Chain<NonNullable<Way['tuple']>> | undefined;
  readonly goals: Chain<Goal> | undefined;
}

/** Steps of the search for the first proof, and for further ones. */
const mostAttempts = 20_000;
const mostFurtherAttempts = 1_000;

/**
 * The shortest sets of tuples that make a part true, shortest first, at most so many. Only what is true is followed,
 * so that nothing is tried in vain; of attempts, the one that can still become the shortest goes on.
 */
export const proofsOf = (settled: Settled, part: Part, most: number): readonly Path[] => {
  const found: Path[] = [];
  // By how many tuples an attempt will have at least: what it has, and one for each goal.
  const waiting: Attempt[][] = [[], [{ tuples: undefined, goals: { first: startOf(part), rest: undefined } }]];
  let left = mostAttempts;
  for (let length = 0; length < waiting.length; length++) {
    const attemptsOfLength = waiting[length] ?? [];
    for (let attempt = attemptsOfLength.pop(); attempt; attempt = attemptsOfLength.pop()) {
      if (left-- === 0 || found.length >= most) return found;
      if (attempt.goals === undefined) {
        keep(found, pathOf(settled, attempt));
        left = Math.min(left, mostFurtherAttempts);
      } else for (const next of stepsFrom(settled, attempt, attempt.goals)) wait(waiting, next, length);
    }
  }
  return found;
};

const startOf = ({ slot, rewrite }: Part): Goal => ({ slot, rewrite, above: { first: slot, rest: undefined } });

const wait = (waiting: Attempt[][], attempt: Attempt, atLeast: number): void => {
  // A goal that needs no tuple, for a userset is in itself, was counted as if it did.
  const length = Math.max(atLeast, lengthOf(attempt.tuples) + lengthOf(attempt.goals));
  while (waiting.length <= length) waiting.push([]);
  waiting[length]?.push(attempt);
};

const keep = (found: Path[], path: Path): void => {
  const isCovered = found.some((shorter) => shorter.every((tuple) => path.some((other) => isSame(tuple, other))));
  if (!isCovered) found.push(path);
};

/** What an attempt becomes when its first goal is replaced by what would prove it. */
const stepsFrom = (settled: Settled, { tuples }: Attempt, { first: goal, rest }: Chain<Goal>): readonly Attempt[] => {
  const { slot, rewrite, above } = goal;
  const goalOf = (operand: typeof rewrite): Goal => ({ slot, rewrite: operand, above });
  switch (rewrite.kind) {
    case 'union': {
      const goals = rewrite.operands.map(goalOf).filter((operand) => settled.isTrue(operand));
      return goals.map((first) => ({ tuples, goals: { first, rest } }));
    }
    case 'intersection': {
      const goals = rewrite.operands.map(goalOf);
      return [{ tuples, goals: goals.reduceRight<Chain<Goal> | undefined>((rest, first) => ({ first, rest }), rest) }];
    }
    case 'difference':
      return [{ tuples, goals: { first: goalOf(rewrite.base), rest } }];
    default:
      return settled.waysTo(slot, rewrite).flatMap(({ tuple, through }) => {
        const goals = through === undefined ? rest : goalsThrough(settled, through, above, rest);
        if (goals === 'none') return [];
        return [{ tuples: tuple ? { first: tuple, rest: tuples } : tuples, goals }];
      });
  }
};

const goalsThrough = (
  settled: Settled,
  slot: number,
  above: Chain<number> | undefined,
  rest: Chain<Goal> | undefined,
): Chain<Goal> | undefined | 'none' => {
  // A userset is in itself.
  if (slot === ~settled.asked.user) return rest;
  const relation: Relation | undefined = settled.relationOf(slot);
  if (!relation || !settled.holds(slot) || includes(above, slot)) return 'none';
  return { first: { slot, rewrite: relation.rewrite, above: { first: slot, rest: above } }, rest };
};

const pathOf = ({ store }: Settled, { tuples }: Attempt): Path => {
  const path: HeldTuple[] = [];
  for (let at = tuples; at; at = at.rest) {
    const tuple = store.tupleOf(at.first.slot, at.first.user);
    if (!path.some((other) => isSame(tuple, other))) path.push(tuple);
  }
  return path;
};

const isSame = (one: HeldTuple, other: HeldTuple): boolean =>
  one.user === other.user && one.relation === other.relation && one.object === other.object;

const lengthOf = (chain: Chain<unknown> | undefined): number => {
  let length = 0;
  for (let at = chain; at; at = at.rest) length++;
  return length;
};

const includes = (chain: Chain<number> | undefined, wanted: number): boolean => {
  for (let at = chain; at; at = at.rest) if (at.first === wanted) return true;
  return false;
};
