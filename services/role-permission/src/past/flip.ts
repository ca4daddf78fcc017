import type { Tuple } from '@rollcall/authorization/tuple';
import type { Facts, Life } from './facts.ts';

/**
 * The positions of the fewest events after a moment that, had they alone come about, would make a check say what it said
 * at the end: none of them can be left out. Where there are several choices, late events are preferred.
 *
 * Two moments that only time lies between differ by none.
 */
export const flippedBy = (
  facts: Facts,
  { user, relation, object }: Tuple,
  start: { readonly position: number; readonly now: number },
  wanted: boolean,
): readonly number[] => {
  const says = (turns: ReadonlySet<number>): boolean => {
    const hasCome = (turn: number): boolean => turn <= start.position || turns.has(turn);
    const wasSo = ({ from, to }: Life): boolean => hasCome(from) && (to === null || !hasCome(to));
    return facts.graph(wasSo).check(user, relation, object, start.now) === wanted;
  };
  const needed = new Set(facts.turnsAfter(start.position));
  if (!says(needed)) return [];
  // First whole stretches of them, then smaller ones, for most have nothing to do with it.
  for (let size = Math.ceil(needed.size / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    const turns = [...needed];
    for (let n = 0; n < turns.length; n += size) {
      const some = turns.slice(n, n + size);
      for (const turn of some) needed.delete(turn);
      if (!says(needed)) for (const turn of some) needed.add(turn);
    }
  }
  return [...needed].sort((one, other) => one - other);
};
