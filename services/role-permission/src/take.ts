/** The first of what a generator gives, at most so many; the rest is never made. */
export const take = <T>(from: Iterable<T>, count: number): T[] => {
  const taken: T[] = [];
  if (count <= 0) return taken;
  for (const one of from) {
    taken.push(one);
    if (taken.length === count) break;
  }
  return taken;
};
