import type { Relation } from './relation.ts';
import { ReverseRules } from './reverse-rules.ts';
import type { TupleStore } from './tuple-store.ts';

/** Finds slots from a user's tuples upwards, so that it costs what is found and not what there is. */
export class ObjectFinder {
  readonly #store: TupleStore;
  readonly #rules: ReverseRules;
  /** By slot, the number of the search that saw it last. */
  #seen = new Uint32Array(0);
  #search = 0;
  #open: number[] = [];
  #found: number[] = [];
  #target = 0;
  #now = 0;

  constructor(store: TupleStore) {
    this.#store = store;
    this.#rules = new ReverseRules(store.model);
  }

  /**
   * The slots of a relation that this user may hold: all that it does hold are among them, and nothing else if the
   * relation follows from unions alone.
   */
  candidates(user: number, target: Relation, now: number): readonly number[] {
    this.#begin(target, now);
    const { objects, byObject, byUserset } = this.#store;
    if (user < 0) {
      this.#visit(~user);
      this.#visitNaming(byUserset.data, byUserset.startOf(~user), byUserset.lengthOf(~user), user);
    } else {
      const everybody = objects.wildcardOf(objects.typeOf(user));
      for (const named of user === everybody ? [user] : [user, everybody]) {
        this.#visitNaming(byObject.data, byObject.startOf(named), byObject.lengthOf(named), named);
      }
    }
    for (let slot = this.#open.pop(); slot !== undefined; slot = this.#open.pop()) this.#follow(slot);
    return this.#found;
  }

  #begin(target: Relation, now: number): void {
    const { slotCount } = this.#store.objects;
    if (this.#seen.length < slotCount || this.#search === 0xffff_ffff) {
      this.#seen = new Uint32Array(Math.ceil(slotCount * 1.25));
      this.#search = 0;
    }
    this.#search++;
    this.#open = [];
    this.#found = [];
    this.#target = target.id;
    this.#now = now;
  }

  #follow(slot: number): void {
    const { objects, byUserset } = this.#store;
    const relation = objects.relationOf(slot);
    const object = objects.ownerOf(slot);
    for (const { index } of this.#rules.computedFrom(relation)) this.#visit(objects.firstSlotOf(object) + index);
    const rules = this.#rules.from(relation);
    if (rules.size > 0) this.#visitFrom(object, rules);
    this.#visitNaming(byUserset.data, byUserset.startOf(slot), byUserset.lengthOf(slot), ~slot);
  }

  /** Goes on to whatever is related through tuplesets that name this object. */
  #visitFrom(object: number, rules: ReadonlyMap<number, readonly Relation[]>): void {
    const { objects, byObject } = this.#store;
    const start = byObject.startOf(object);
    const end = start + byObject.lengthOf(object);
    for (let at = start; at < end; at++) {
      const tupleset = byObject.data[at] ?? 0;
      const reached = rules.get(objects.relationOf(tupleset));
      if (!reached || !this.#store.counts(tupleset, object, this.#now)) continue;
      for (const { index } of reached) this.#visit(objects.firstSlotOf(objects.ownerOf(tupleset)) + index);
    }
  }

  #visitNaming(slots: Int32Array, start: number, length: number, user: number): void {
    for (let at = start; at < start + length; at++) {
      const slot = slots[at] ?? 0;
      if (this.#store.counts(slot, user, this.#now)) this.#visit(slot);
    }
  }

  #visit(slot: number): void {
    if (this.#seen[slot] === this.#search) return;
    this.#seen[slot] = this.#search;
    const relation = this.#store.objects.relationOf(slot);
    if (!this.#rules.canLeadTo(relation, this.#target)) return;
    if (relation === this.#target) this.#found.push(slot);
    this.#open.push(slot);
  }
}
