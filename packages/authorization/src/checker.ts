import { solve } from './fixpoint.ts';
import type { Relation, Rewrite } from './relation.ts';
import { isAmong } from './runs.ts';
import { nobody, type TupleStore } from './tuple-store.ts';

/** Does the user in question hold this slot? */
type Evaluate = (slot: number) => boolean;

/** How far the quick way goes. Within these bounds no stack overflows and no cycle costs more than a moment. */
const quickSteps = 2_000;
const quickDepth = 100;

/** A user that so few tuples name is looked for among these, which stay near; of others, in the shorter list. */
const shortRun = 64;

/** In a list of more than this, what comes next is searched for and not gone through to. */
const manyMore = 256;

/** So many computed relations deep, a definition is written out where it is used. */
const inlineDepth = 3;

/**
 * Answers over integers. A question first goes down its rewrites one after another and remembers nothing, which is
 * all that nearly every question needs and allocates nothing. One that runs long, whether in a cycle or because there
 * is much to look at, is dropped and solved anew in a way that visits everything once.
 */
export class Checker {
  readonly #store: TupleStore;
  readonly #workLimit: number;
  /** By relation. */
  readonly #evaluators: readonly Evaluate[];
  readonly #namesWildcards: boolean;
  #user = 0;
  #everybody = nobody;
  #now = 0;
  /** Where the slots that name the user stand in the store's runs, if they are few. */
  #ownStart = 0;
  #ownEnd = -1;
  #steps = 0;
  #depth = 0;

  constructor(store: TupleStore, workLimit: number) {
    this.#store = store;
    this.#workLimit = workLimit;
    this.#namesWildcards = store.model.relations.some(({ namesWildcards }) => namesWildcards);
    this.#evaluators = store.model.relations.map((relation) => this.#compile(relation.rewrite, relation));
  }

  /**
   * @param relation the slot's, from whoever knows it already
   * @throws TooComplex
   */
  holds(slot: number, user: number, now: number, relation = this.#store.objects.relationOf(slot)): boolean {
    const { objects } = this.#store;
    this.#user = user;
    this.#everybody = user < 0 || !this.#namesWildcards ? nobody : objects.wildcardOf(objects.typeOf(user));
    this.#now = now;
    this.#findOwn(user);
    this.#steps = quickSteps;
    this.#depth = 0;
    const answer = this.#evaluate(relation, slot);
    return this.#steps < 0 ? solve(this.#store, { slot, user, now }, this.#workLimit) : answer;
  }

  #findOwn(user: number): void {
    const { byObject } = this.#store;
    const length = user < 0 ? shortRun + 1 : byObject.lengthOf(user);
    this.#ownStart = user < 0 ? 0 : byObject.startOf(user);
    this.#ownEnd = length > shortRun ? -1 : this.#ownStart + length;
  }

  /** Does a tuple that counts name exactly the user? */
  #isNamed(slot: number): boolean {
    if (this.#ownEnd < 0) return this.#store.names(slot, this.#user, this.#now);
    const isHeld = isAmong(this.#store.byObject.data, this.#ownStart, this.#ownEnd, slot);
    return isHeld && this.#store.counts(slot, this.#user, this.#now);
  }

  #evaluate(relation: number, slot: number): boolean {
    // A userset is in itself, whatever it stands for.
    if (this.#user === ~slot) return true;
    if (!this.#goOn()) return false;
    if (++this.#depth > quickDepth) this.#steps = -1;
    const answer = this.#steps >= 0 && (this.#evaluators[relation]?.(slot) ?? false);
    this.#depth--;
    return answer;
  }

  /** False once the quick way is at its end; whatever is answered from then on is not used. */
  #goOn(): boolean {
    return --this.#steps >= 0;
  }

  #compile(rewrite: Rewrite, relation: Relation, depth = 0): Evaluate {
    switch (rewrite.kind) {
      case 'this':
        return this.#compileThis(relation);
      case 'computed': {
        const { id } = rewrite.relation;
        const distance = rewrite.relation.index - relation.index;
        if (depth < inlineDepth) {
          const inlined = this.#compile(rewrite.relation.rewrite, rewrite.relation, depth + 1);
          return (slot) => this.#user === ~(slot + distance) || inlined(slot + distance);
        }
        return (slot) => this.#evaluate(id, slot + distance);
      }
      case 'from': {
        const distance = rewrite.tupleset.index - relation.index;
        const ids = rewrite.targets.map((target) => target?.id ?? -1);
        const indexes = rewrite.targets.map((target) => target?.index ?? 0);
        return (slot) => this.#holdsFrom(slot + distance, ids, indexes);
      }
      case 'difference': {
        const base = this.#compile(rewrite.base, relation, depth);
        const subtract = this.#compile(rewrite.subtract, relation, depth);
        return (slot) => base(slot) && !subtract(slot);
      }
      default: {
        const operands = rewrite.operands.toSorted((one, other) => costOf(one, relation) - costOf(other, relation));
        const [first = never, ...others] = operands.map((operand) => this.#compile(operand, relation, depth));
        const join = rewrite.kind === 'union' ? either : both;
        return others.reduce((joined, next) => join(joined, next), first);
      }
    }
  }

  #compileThis({ usersets, namesWildcards }: Relation): Evaluate {
    const isNamed: Evaluate = (slot) => this.#isNamed(slot);
    const names: Evaluate = namesWildcards
      ? (slot) => this.#isNamed(slot) || this.#store.names(slot, this.#everybody, this.#now)
      : isNamed;
    if (usersets.length === 0) return names;
    return usersets.every((userset) => userset.isPlain && !userset.namesWildcards)
      ? (slot) => names(slot) || this.#holdsPlainUserset(slot)
      : (slot) => names(slot) || this.#holdsUserset(slot);
  }

  /** Is the user in one of the usersets that the slot names? */
  #holdsUserset(slot: number): boolean {
    const { bySlot: runs, objects } = this.#store;
    const start = runs.startOf(slot);
    const end = start + runs.lengthOf(slot);
    for (let at = start; at < end; at++) {
      const userset = runs.data[at] ?? 0;
      // Usersets come first.
      if (userset >= 0) return false;
      if (!this.#goOn()) return false;
      if (!this.#store.counts(slot, userset, this.#now)) continue;
      if (this.#evaluate(objects.relationOf(~userset), ~userset)) return true;
    }
    return false;
  }

  /** The same where being in a userset is being named by it: it is enough to compare two lists of slots. */
  #holdsPlainUserset(slot: number): boolean {
    const { bySlot: runs, byObject } = this.#store;
    if (this.#user < 0) return false;
    if (this.#ownEnd < 0) return this.#holdsUserset(slot);
    let at = runs.startOf(slot);
    let own = this.#ownEnd - 1;
    // What the slot names falls as usersets rise: the user's own slots are gone through from the last.
    for (const end = at + runs.lengthOf(slot); at < end && own >= this.#ownStart; ) {
      const named = ~(runs.data[at] ?? 0);
      const candidate = byObject.data[own] ?? 0;
      // Usersets come first.
      if (named < 0) return false;
      if (candidate > named) own--;
      else if (candidate < named) at = end - at > manyMore ? runs.lowerBound(slot, ~candidate) : at + 1;
      else if (this.#countsThrough(slot, named)) return true;
      else at++;
    }
    return false;
  }

  #countsThrough(slot: number, named: number): boolean {
    return this.#store.counts(slot, ~named, this.#now) && this.#store.counts(named, this.#user, this.#now);
  }

  /** Is the user in a relation to one of the objects that the tupleset names? */
  #holdsFrom(tupleset: number, ids: readonly number[], indexes: readonly number[]): boolean {
    const { bySlot: runs, objects } = this.#store;
    const start = runs.startOf(tupleset);
    const end = start + runs.lengthOf(tupleset);
    for (let at = start; at < end; at++) {
      const object = runs.data[at] ?? 0;
      if (!this.#goOn()) return false;
      const type = objects.typeOf(object);
      const id = ids[type] ?? -1;
      if (id < 0 || !this.#store.counts(tupleset, object, this.#now)) continue;
      if (this.#evaluate(id, objects.firstSlotOf(object) + (indexes[type] ?? 0))) return true;
    }
    return false;
  }
}

const never: Evaluate = () => false;

const either =
  (one: Evaluate, other: Evaluate): Evaluate =>
  (slot) =>
    one(slot) || other(slot);

const both =
  (one: Evaluate, other: Evaluate): Evaluate =>
  (slot) =>
    one(slot) && other(slot);

/** Roughly how much there is to look at, so that the cheapest operand is asked first. */
const costOf = (rewrite: Rewrite, relation: Relation, depth = 0): number => {
  if (depth > 4) return 100;
  switch (rewrite.kind) {
    case 'this':
      return relation.usersets.length > 0 ? 8 : 1;
    case 'computed':
      return 1 + costOf(rewrite.relation.rewrite, rewrite.relation, depth + 1);
    case 'from':
      return rewrite.targets.reduce(
        (cost, target) => Math.max(cost, target ? 2 + 2 * costOf(target.rewrite, target, depth + 1) : 0),
        0,
      );
    case 'difference':
      return costOf(rewrite.base, relation, depth) + costOf(rewrite.subtract, relation, depth);
    default:
      return rewrite.operands.reduce((cost, operand) => cost + costOf(operand, relation, depth), 0);
  }
};
