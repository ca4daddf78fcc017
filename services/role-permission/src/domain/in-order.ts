/** Sorted lists as one, with all that they have under a key; no further ahead than it is asked for. */
export function* inOrder<V>(
  lists: readonly Iterable<readonly [string, V]>[],
): Generator<readonly [string, readonly V[]], void, undefined> {
  const heads = lists.map((list) => list[Symbol.iterator]()).map((rest) => ({ rest, next: rest.next() }));
  for (;;) {
    const open = heads.filter(({ next }) => !next.done);
    const key = open.reduce<string | undefined>((least, { next }) => {
      const [mine] = next.value as readonly [string, V];
      return least === undefined || mine < least ? mine : least;
    }, undefined);
    if (key === undefined) return;
    const values: V[] = [];
    for (const head of open) {
      const [mine, value] = head.next.value as readonly [string, V];
      if (mine !== key) continue;
      values.push(value);
      head.next = head.rest.next();
    }
    yield [key, values];
  }
}
