import { Dictionary } from './dictionary.ts';
import { InvalidTuple } from './errors.ts';
import type { Model } from './model.ts';
import type { Relation } from './relation.ts';
import { Runs } from './runs.ts';
import type { HeldTuple, Tuple, TupleChange } from './tuple.ts';
import { type KnownObject, readTuple } from './tuple-reader.ts';

/** In place of a user: nobody. */
export const nobody = -2147483648;

const fewEnough = 64;

/**
 * Tuples over integers, in both directions: whom a slot names, and which slots name an object or a userset.
 *
 * Usersets are below 0, hence first in a slot's run; what is asked about most, membership, is one binary search in
 * the shorter of two runs.
 */
export class TupleStore {
  readonly model: Model;
  readonly objects: Dictionary;
  /** By slot, the users that its tuples name. */
  bySlot = new Runs();
  /** By object, the slots whose tuples name it. */
  byObject = new Runs();
  /** By slot, the slots whose tuples name its userset. */
  byUserset = new Runs();
  /** By slot and user, for those tuples alone that end. */
  readonly #ends = new Map<number, Map<number, number>>();
  #slotsWithEnds = 0;
  #size = 0;

  constructor(model: Model) {
    this.model = model;
    this.objects = new Dictionary(model);
  }

  /** How many tuples are held, those included that have ended. */
  get size(): number {
    return this.#size;
  }

  /** @param validUntil milliseconds since 1970; in place of what the tuple had before */
  write(tuple: Tuple, validUntil?: number): void {
    const { object, relation, user, userRelation } = readTuple(this.model, tuple);
    if (Number.isNaN(validUntil)) throw new InvalidTuple(tuple, 'validUntil is not a time');
    const slot = this.objects.firstSlotOf(this.intern(object)) + relation.index;
    this.put(slot, this.userNumber(user, userRelation), validUntil);
  }

  /** Nothing happens if the tuple is not held. */
  remove(tuple: Tuple): void {
    const found = this.#find(tuple);
    if (!found) return;
    const { slot, user } = found;
    this.bySlot.remove(slot, user);
    if (user < 0) this.byUserset.remove(~user, slot);
    else this.byObject.remove(user, slot);
    this.#setEnd(slot, user, undefined);
    this.#size--;
    // In the opposite order of interning, so that what is written again gets its number back.
    this.#releaseUnused(user < 0 ? this.objects.ownerOf(~user) : user);
    this.#releaseUnused(this.objects.ownerOf(slot));
  }

  /** The tuple as it is held, whether it has ended or not. */
  held(tuple: Tuple): HeldTuple | undefined {
    const found = this.#find(tuple);
    return found && this.tupleOf(found.slot, found.user);
  }

  /** Applies changes, computes, and takes the changes back in any case. */
  applied<T>(changes: readonly TupleChange[], compute: () => T): T {
    const undo: (() => void)[] = [];
    try {
      for (const change of changes) {
        const tuple = 'write' in change ? change.write : change.remove;
        const before = this.held(tuple);
        undo.push(before ? () => this.write(before, before.validUntil) : () => this.remove(tuple));
        if ('write' in change) this.write(tuple, change.validUntil);
        else this.remove(tuple);
      }
      return compute();
    } finally {
      for (const take of undo.reverse()) take();
    }
  }

  *tuples(): Generator<HeldTuple, void, undefined> {
    for (let slot = 0; slot < this.objects.slotCount; slot++) {
      const start = this.bySlot.startOf(slot);
      for (const user of this.bySlot.data.slice(start, start + this.bySlot.lengthOf(slot))) {
        yield this.tupleOf(slot, user);
      }
    }
  }

  tupleOf(slot: number, user: number): HeldTuple {
    const validUntil = this.endOf(slot, user);
    const tuple = { user: this.userText(user), relation: this.relationName(slot), object: this.objectText(slot) };
    return validUntil === undefined ? tuple : { ...tuple, validUntil };
  }

  userText(user: number): string {
    return user < 0 ? `${this.objectText(~user)}#${this.relationName(~user)}` : this.objects.nameOf(user);
  }

  /** Whose slot it is. */
  objectText(slot: number): string {
    return this.objects.nameOf(this.objects.ownerOf(slot));
  }

  relationName(slot: number): string {
    return this.model.relations[this.objects.relationOf(slot)]?.name ?? '';
  }

  /** Does a tuple that counts at `now` name exactly this user? Nobody is named by any. */
  names(slot: number, user: number, now: number): boolean {
    return user !== nobody && this.#has(slot, user) && this.counts(slot, user, now);
  }

  /** Of a tuple that is held: does it count at `now`? */
  counts(slot: number, user: number, now: number): boolean {
    if (this.#slotsWithEnds === 0) return true;
    const end = this.#ends.get(slot)?.get(user);
    return end === undefined || now < end;
  }

  endOf(slot: number, user: number): number | undefined {
    return this.#ends.get(slot)?.get(user);
  }

  /** Every tuple that ends: slot, user and end. */
  *ends(): Generator<readonly [number, number, number], void, undefined> {
    for (const [slot, users] of this.#ends) for (const [user, end] of users) yield [slot, user, end];
  }

  /** Adds a tuple by its numbers, which must be of a tuple that the model allows. */
  put(slot: number, user: number, validUntil: number | undefined): void {
    this.bySlot.reserve(this.objects.slotCount);
    this.byObject.reserve(this.objects.objectCount);
    this.byUserset.reserve(this.objects.slotCount);
    if (this.bySlot.add(slot, user)) {
      if (user < 0) this.byUserset.add(~user, slot);
      else this.byObject.add(user, slot);
      this.#size++;
    }
    this.#setEnd(slot, user, validUntil);
  }

  /** The number of an object; a new one gets one. */
  intern({ text, type, isWildcard }: KnownObject): number {
    if (isWildcard) return this.objects.wildcardOf(type.index);
    return this.objects.find(text) ?? this.objects.add(flat(text), type.index);
  }

  /** The number of a user, or of a userset; a new one gets one. */
  userNumber(user: KnownObject, relation: Relation | undefined): number {
    const number = this.intern(user);
    return relation ? ~(this.objects.firstSlotOf(number) + relation.index) : number;
  }

  /** Fills a store in which objects have their numbers, and nothing else is. */
  load({ bySlot, byObject, byUserset }: Pick<TupleStore, 'bySlot' | 'byObject' | 'byUserset'>, size: number): void {
    this.bySlot = bySlot;
    this.byObject = byObject;
    this.byUserset = byUserset;
    this.#size = size;
  }

  #has(slot: number, user: number): boolean {
    if (user < 0) return this.bySlot.has(slot, user);
    const own = this.byObject.lengthOf(user);
    // What names a user is looked at again and again during one question: it is near.
    return own <= fewEnough || own <= this.bySlot.lengthOf(slot)
      ? this.byObject.has(user, slot)
      : this.bySlot.has(slot, user);
  }

  #find(tuple: Tuple): { readonly slot: number; readonly user: number } | undefined {
    const { object, relation, user, userRelation } = readTuple(this.model, tuple);
    const number = user.isWildcard ? this.objects.wildcardOf(user.type.index) : this.objects.find(user.text);
    const owner = this.objects.find(object.text);
    if (number === undefined || owner === undefined) return undefined;
    const slot = this.objects.firstSlotOf(owner) + relation.index;
    const named = userRelation ? ~(this.objects.firstSlotOf(number) + userRelation.index) : number;
    return this.#has(slot, named) ? { slot, user: named } : undefined;
  }

  #setEnd(slot: number, user: number, validUntil: number | undefined): void {
    const users = this.#ends.get(slot);
    if (validUntil !== undefined) {
      if (users) users.set(user, validUntil);
      else this.#ends.set(slot, new Map([[user, validUntil]]));
    } else if (users?.delete(user) && users.size === 0) this.#ends.delete(slot);
    this.#slotsWithEnds = this.#ends.size;
  }

  #releaseUnused(object: number): void {
    const { objects } = this;
    if (object < objects.firstObject || objects.nameOf(object) === '' || this.byObject.lengthOf(object) > 0) return;
    const first = objects.firstSlotOf(object);
    for (let slot = first; slot < first + objects.slotCountOf(object); slot++) {
      if (this.bySlot.lengthOf(slot) > 0 || this.byUserset.lengthOf(slot) > 0) return;
    }
    objects.release(object);
  }
}

/**
 * The same text as one piece of memory of its own. What was joined or cut out of another string stays an indirection to
 * it, which each comparison would follow, and which would keep a whole message in memory for one id.
 */
const flat = (name: string): string => [name.slice(0, 1), name.slice(1)].join('');
