import type { Leaf, Relation, Type } from './relation.ts';
import type { TupleStore } from './tuple-store.ts';

/**
 * The objects of a type, and its wildcard, that are named by a tuple on any way down from a slot, also in what is
 * excluded. Whoever is not among them holds the slot exactly if the wildcard does, and whoever holds it is among them
 * or covered by the wildcard. If the relation follows from unions alone, all of them hold it.
 */
export const namedUsers = (store: TupleStore, slot: number, type: Type, now: number): readonly number[] => {
  const named = new Set<number>();
  const open = new Set([slot]);
  // A set is iterated over what is added meanwhile, too.
  for (const next of open) {
    const relation = store.model.relations[store.objects.relationOf(next)];
    for (const leaf of relation?.leaves ?? [])
      if (relation) follow(store, next, relation, leaf, { type, now, named, open });
  }
  return [...named];
};

interface Search {
  readonly type: Type;
  readonly now: number;
  readonly named: Set<number>;
  readonly open: Set<number>;
}

const follow = (store: TupleStore, slot: number, relation: Relation, leaf: Leaf, search: Search): void => {
  const { objects } = store;
  if (leaf.kind === 'computed') {
    search.open.add(slot + leaf.relation.index - relation.index);
  } else if (leaf.kind === 'from') {
    for (const object of currentUsers(store, slot + leaf.tupleset.index - relation.index, search.now)) {
      const target = leaf.targets[objects.typeOf(object)];
      if (target) search.open.add(objects.firstSlotOf(object) + target.index);
    }
  } else {
    for (const user of currentUsers(store, slot, search.now)) {
      if (user < 0) search.open.add(~user);
      else if (objects.typeOf(user) === search.type.index) search.named.add(user);
    }
  }
};

/** Whom the tuples of a slot name that count at `now`. */
export function* currentUsers(store: TupleStore, slot: number, now: number): Generator<number, void, undefined> {
  const { bySlot: runs } = store;
  const start = runs.startOf(slot);
  const end = start + runs.lengthOf(slot);
  for (let at = start; at < end; at++) {
    const user = runs.data[at] ?? 0;
    if (store.counts(slot, user, now)) yield user;
  }
}
