import { TooComplex } from './errors.ts';
import type { Leaf, Relation, Rewrite } from './relation.ts';
import { nobody, type TupleStore } from './tuple-store.ts';

/** Does this user hold this slot at `now`? */
export interface NumberedQuestion {
  readonly slot: number;
  readonly user: number;
  readonly now: number;
}

/**
 * Answers any question in time and memory linear in what can be reached from it, however deep that is.
 *
 * First everything that the answer may depend on is gathered, each slot once. Then truths spread from tuples upwards,
 * stratum by stratum: within one, nothing but what was derived is true, which is the least fixpoint whatever cycles
 * there are; what is excluded was settled in a stratum below.
 *
 * @throws TooComplex if there is more to look at than `workLimit` slots and edges
 */
export const solve = (store: TupleStore, question: NumberedQuestion, workLimit: number): boolean =>
  new Fixpoint(store, question, workLimit).holds(question.slot);

/** What a user holds of everything that can be reached from a slot. */
export class Fixpoint {
  readonly #store: TupleStore;
  readonly #question: NumberedQuestion;
  readonly #everybody: number;
  readonly #workLimit: number;
  #work = 0;

  /** Nodes are slots in the order in which they were met. */
  readonly #nodes = new Map<number, number>();
  readonly #slots: number[] = [];
  readonly #isTrue: boolean[] = [];
  /** By node, where its leaves' flags begin; a leaf is flagged once one of what it depends on is true. */
  readonly #firstFlags: number[] = [];
  readonly #flags: boolean[] = [];
  /** By node, the last edge to those that depend on it; edges of a node are linked. */
  readonly #lastEdges: number[] = [];
  readonly #earlierEdges: number[] = [];
  readonly #dependents: number[] = [];
  readonly #dependentLeaves: number[] = [];
  readonly #byStratum: number[][] = [];

  constructor(store: TupleStore, question: NumberedQuestion, workLimit: number) {
    const { objects } = store;
    this.#store = store;
    this.#question = question;
    this.#everybody = question.user < 0 ? nobody : objects.wildcardOf(objects.typeOf(question.user));
    this.#workLimit = workLimit;
    this.#nodeOf(question.slot);
    for (let node = 0; node < this.#slots.length; node++) this.#explore(node);
    // A stratum in between may have been met nowhere.
    for (const nodes of this.#byStratum) {
      for (const node of nodes ?? []) this.#settle(node);
    }
  }

  /** Does the user hold this slot, which can be reached from the one in question? */
  holds(slot: number): boolean {
    const node = this.#nodes.get(slot);
    if (node !== undefined) return this.#isTrue[node] ?? false;
    const relation = this.#relationOf(slot);
    return relation?.isPlain === true && this.#names(slot, relation);
  }

  #nodeOf(slot: number): number {
    const known = this.#nodes.get(slot);
    if (known !== undefined) return known;
    this.#count();
    const node = this.#slots.length;
    const relation = this.#relationOf(slot);
    this.#nodes.set(slot, node);
    this.#slots.push(slot);
    this.#isTrue.push(false);
    this.#lastEdges.push(-1);
    this.#firstFlags.push(this.#flags.length);
    for (const _ of relation?.leaves ?? []) this.#flags.push(false);
    const stratum = relation?.stratum ?? 0;
    const nodes = this.#byStratum[stratum];
    if (nodes) nodes.push(node);
    else this.#byStratum[stratum] = [node];
    return node;
  }

  #explore(node: number): void {
    const slot = this.#slots[node] ?? 0;
    const relation = this.#relationOf(slot);
    if (!relation || this.#isItself(slot)) return;
    for (const leaf of relation.leaves) this.#exploreLeaf(node, slot, relation, leaf);
  }

  #exploreLeaf(node: number, slot: number, relation: Relation, leaf: Leaf): void {
    const { objects } = this.#store;
    this.#count();
    if (leaf.kind === 'computed') {
      this.#depend(node, leaf, slot + leaf.relation.index - relation.index);
    } else if (leaf.kind === 'from') {
      const tupleset = slot + leaf.tupleset.index - relation.index;
      for (const object of this.#current(tupleset)) {
        const target = leaf.targets[objects.typeOf(object)];
        if (target) this.#depend(node, leaf, objects.firstSlotOf(object) + target.index);
      }
    } else {
      if (this.#names(slot, relation)) this.#flag(node, leaf.leaf);
      if (relation.usersets.length === 0) return;
      for (const userset of this.#current(slot)) {
        // Usersets come first.
        if (userset >= 0) return;
        this.#depend(node, leaf, ~userset);
      }
    }
  }

  /** The leaf of the node is true if that slot is. */
  #depend(node: number, { leaf }: Leaf, slot: number): void {
    const relation = this.#relationOf(slot);
    if (relation?.isPlain && !this.#isItself(slot)) {
      // Nothing can follow: to look is to know.
      if (this.#names(slot, relation)) this.#flag(node, leaf);
      return;
    }
    const on = this.#nodeOf(slot);
    this.#earlierEdges.push(this.#lastEdges[on] ?? -1);
    this.#dependents.push(node);
    this.#dependentLeaves.push(leaf);
    this.#lastEdges[on] = this.#dependents.length - 1;
  }

  /** Makes a node true if it follows from what is true so far, and then whatever follows from that in its stratum. */
  #settle(first: number): void {
    const open = [first];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (this.#isTrue[node] || !this.#follows(node)) continue;
      this.#isTrue[node] = true;
      const stratum = this.#stratumOf(node);
      for (let edge = this.#lastEdges[node] ?? -1; edge >= 0; edge = this.#earlierEdges[edge] ?? -1) {
        const dependent = this.#dependents[edge] ?? 0;
        this.#flag(dependent, this.#dependentLeaves[edge] ?? 0);
        // Those above wait until all of this stratum is known.
        if (this.#stratumOf(dependent) === stratum) open.push(dependent);
      }
    }
  }

  #follows(node: number): boolean {
    const slot = this.#slots[node] ?? 0;
    const relation = this.#relationOf(slot);
    return (
      this.#isItself(slot) || (relation !== undefined && this.#value(relation.rewrite, this.#firstFlags[node] ?? 0))
    );
  }

  #value(rewrite: Rewrite, firstFlag: number): boolean {
    switch (rewrite.kind) {
      case 'union':
        return rewrite.operands.some((operand) => this.#value(operand, firstFlag));
      case 'intersection':
        return rewrite.operands.every((operand) => this.#value(operand, firstFlag));
      case 'difference':
        return this.#value(rewrite.base, firstFlag) && !this.#value(rewrite.subtract, firstFlag);
      default:
        return this.#flags[firstFlag + rewrite.leaf] ?? false;
    }
  }

  #flag(node: number, leaf: number): void {
    this.#flags[(this.#firstFlags[node] ?? 0) + leaf] = true;
  }

  *#current(slot: number): Generator<number, void, undefined> {
    const { bySlot: runs } = this.#store;
    const start = runs.startOf(slot);
    const end = start + runs.lengthOf(slot);
    for (let at = start; at < end; at++) {
      this.#count();
      const user = runs.data[at] ?? 0;
      if (this.#store.counts(slot, user, this.#question.now)) yield user;
    }
  }

  #names(slot: number, { namesWildcards }: Relation): boolean {
    const { user, now } = this.#question;
    return this.#store.names(slot, user, now) || (namesWildcards && this.#store.names(slot, this.#everybody, now));
  }

  /** A userset is in itself. */
  #isItself(slot: number): boolean {
    return this.#question.user === ~slot;
  }

  #relationOf(slot: number): Relation | undefined {
    return this.#store.model.relations[this.#store.objects.relationOf(slot)];
  }

  #stratumOf(node: number): number {
    return this.#relationOf(this.#slots[node] ?? 0)?.stratum ?? 0;
  }

  #count(): void {
    if (++this.#work > this.#workLimit) throw new TooComplex(this.#workLimit);
  }
}
