import { Checker } from './checker.ts';
import { expandSlot, type UsersetTree } from './expand.ts';
import { type Explanation, explain } from './explain.ts';
import { ObjectFinder } from './list-objects.ts';
import { namedUsers } from './list-users.ts';
import type { Model } from './model.ts';
import { type Page, type PageOptions, pageOf } from './page.ts';
import { QuestionReader } from './question-reader.ts';
import type { Digest, SnapshotMark } from './snapshot.ts';
import { readSnapshot } from './snapshot-reader.ts';
import { writeSnapshot } from './snapshot-writer.ts';
import type { HeldTuple, Tuple, TupleChange, TupleRun } from './tuple.ts';
import { type EndOf, loadTuples } from './tuple-loader.ts';
import { TupleStore } from './tuple-store.ts';

export interface GraphOptions {
  /** How many slots and edges one check may look at, 1,000,000 unless told; some 100 ns each. */
  readonly workLimit?: number;
}

export interface LoadedGraph {
  readonly graph: Graph;
  readonly mark: SnapshotMark;
}

const workLimitUnlessTold = 1_000_000;

/**
 * Tuples, and every question about them. All in memory and synchronous: an answer is of exactly the tuples that are
 * held when it is asked for. Times are milliseconds since 1970; a tuple counts while `now < validUntil`.
 *
 * Questions that mean nothing (a malformed id, a type or relation that the model does not have) throw
 * `InvalidQuestion`, tuples that the model does not allow `InvalidTuple`. Who is not known is in no relation, but for
 * what everybody of a type is in.
 *
 * @example
 * const graph = new Graph(model);
 * graph.write({ user: 'user:ann', relation: 'member', object: 'team:red' });
 * graph.check('user:ann', 'member', 'team:red', Date.now()); // true
 */
export class Graph {
  readonly #store: TupleStore;
  readonly #reader: QuestionReader;
  readonly #checker: Checker;
  readonly #finder: ObjectFinder;
  readonly #workLimit: number;

  constructor(model: Model, { workLimit = workLimitUnlessTold }: GraphOptions = {}, store = new TupleStore(model)) {
    this.#store = store;
    this.#workLimit = workLimit;
    this.#reader = new QuestionReader(store);
    this.#checker = new Checker(store, workLimit);
    this.#finder = new ObjectFinder(store);
  }

  /**
   * A graph with all of these tuples, in a fraction of the time of writing them one by one.
   *
   * @throws RangeError if a relation of an object comes twice, or names a user twice
   */
  static of<Terms>(
    model: Model,
    runs: Iterable<TupleRun<Terms>>,
    endOf: EndOf<Terms>,
    options: GraphOptions = {},
  ): Graph {
    return new Graph(model, options, loadTuples(model, runs, endOf));
  }

  get model(): Model {
    return this.#store.model;
  }

  /** How many tuples are held, those included that have ended. */
  get size(): number {
    return this.#store.size;
  }

  /** Writing again changes nothing but `validUntil`, which becomes the new one, or none. */
  write(tuple: Tuple, validUntil?: number): void {
    this.#store.write(tuple, validUntil);
  }

  /** Nothing happens if the tuple is not held. */
  remove(tuple: Tuple): void {
    this.#store.remove(tuple);
  }

  /** Is exactly this tuple held, whether it has ended or not? */
  has(tuple: Tuple): boolean {
    return this.#store.held(tuple) !== undefined;
  }

  /** Does any tuple name this object? */
  knows(object: string): boolean {
    return this.#store.objects.find(object) !== undefined;
  }

  tuples(): Generator<HeldTuple, void, undefined> {
    return this.#store.tuples();
  }

  /** What a computation gives if these changes were made. They are taken back when it returns or throws. */
  applied<T>(changes: readonly TupleChange[], compute: () => T): T {
    return this.#store.applied(changes, compute);
  }

  /**
   * Is the user (`user:ann`, a userset `team:red#member`, or everybody: `user:*`) in this relation to the object?
   *
   * @throws TooComplex when the answer would take more than the work limit
   */
  check(user: string, relation: string, object: string, now: number): boolean {
    const number = this.#reader.objectOf(object, user);
    const { id, index } = this.#reader.relationAt(number, relation);
    const slot = this.#store.objects.firstSlotOf(number) + index;
    return this.#checker.holds(slot, this.#reader.userOf(user), now, id);
  }

  /** All objects of a type for which `check` says yes, in the order of their names. */
  listObjects(user: string, relation: string, type: string, now: number, options: PageOptions = {}): Page {
    const target = this.#reader.relationOf(type, relation);
    const number = this.#reader.userOf(user);
    const candidates = this.#finder.candidates(number, target, now);
    const slots = target.unionsOnly ? candidates : candidates.filter((slot) => this.#checker.holds(slot, number, now));
    // A userset is in itself even if nothing else is known of its object, which then has no name here.
    const [own] = user.split('#');
    return pageOf(
      slots.map((slot) => this.#store.objectText(slot) || (own ?? '')),
      options,
    );
  }

  /**
   * The objects of a type for which `check` says yes and that a tuple on the way names. If `check` says yes for
   * everybody, `type:*` is among them, and stands for all whom nothing names.
   */
  listUsers(object: string, relation: string, type: string, now: number, options: PageOptions = {}): Page {
    const slot = this.#reader.slotOf(object, relation);
    const named = namedUsers(this.#store, slot, this.#reader.typeOf(type), now);
    const isCertain = this.model.relations[this.#store.objects.relationOf(slot)]?.unionsOnly;
    const users = isCertain ? named : named.filter((user) => this.#checker.holds(slot, user, now));
    return pageOf(
      users.map((user) => this.#store.userText(user)),
      options,
    );
  }

  /** Who is in a relation, one level deep. */
  expand(object: string, relation: string, now: number): UsersetTree {
    const slot = this.#reader.slotOf(object, relation);
    const known = this.#reader.relationOf(object.slice(0, object.indexOf(':')), relation);
    return expandSlot(this.#store, { object, slot, relation: known, now });
  }

  /**
   * All tuples in a form that is loaded rather than replayed, together with what its owner says about it. The digest
   * must always be equally long.
   */
  toSnapshot(mark: SnapshotMark, digest: Digest): Uint8Array {
    return writeSnapshot(this.#store, mark, digest);
  }

  /** @throws SnapshotRefused if a bit of it is not as it was written, or it was written for another model */
  static fromSnapshot(model: Model, bytes: Uint8Array, digest: Digest, options: GraphOptions = {}): LoadedGraph {
    const { store, mark } = readSnapshot(model, bytes, digest);
    return { graph: new Graph(model, options, store), mark };
  }

  /** Why `check` says what it says. */
  explain(user: string, relation: string, object: string, now: number): Explanation {
    const slot = this.#reader.slotOf(object, relation, user);
    return explain(
      this.#store,
      { slot, user: this.#reader.userOf(user), now, texts: { user, object } },
      this.#workLimit,
    );
  }
}
