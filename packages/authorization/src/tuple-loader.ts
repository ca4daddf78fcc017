import { InvalidTuple } from './errors.ts';
import type { Model } from './model.ts';
import { grown, Runs } from './runs.ts';
import type { NumberedUsers, Tuple, TupleRun } from './tuple.ts';
import { namedBy, readTuple } from './tuple-reader.ts';
import { TupleStore } from './tuple-store.ts';

/** When a tuple on such terms ends, in milliseconds since 1970; undefined if it does not. */
export type EndOf<Terms> = (terms: Terms) => number | undefined;

/**
 * A store with all of these tuples, in a fraction of the time of writing them one by one.
 *
 * @throws InvalidTuple if the model does not allow one
 * @throws RangeError if a relation of an object comes twice, or names a user twice
 */
export const loadTuples = <Terms>(model: Model, runs: Iterable<TupleRun<Terms>>, endOf: EndOf<Terms>): TupleStore => {
  const loader = new TupleLoader(model, endOf);
  for (const run of runs) loader.add(run);
  return loader.filled();
};

/** A user as tuples name it. */
interface KnownUser {
  readonly number: number;
  /** What a relation has to allow. */
  readonly named: string;
}

/** Where the users of a relation of an object go. */
interface Place {
  readonly slot: number;
  readonly restrictions: ReadonlySet<string>;
}

/** A run that nobody may be in yet: what names nobody gets no place. */
interface OpenRun extends Pick<Tuple, 'object' | 'relation'> {
  place: Place | undefined;
}

class TupleLoader<Terms> {
  readonly #endOf: EndOf<Terms>;
  readonly #store: TupleStore;
  readonly #users = new Map<string, KnownUser>();
  /** By number, of each list of texts. */
  readonly #numbered = new Map<readonly string[], (KnownUser | undefined)[]>();
  /** By run, its slot and where its users end in `#named`. */
  readonly #slots: number[] = [];
  readonly #stops: number[] = [];
  #named = new Int32Array(64);
  #size = 0;
  /** Slot, user and end of each tuple that ends. */
  readonly #ending: (readonly [number, number, number])[] = [];

  constructor(model: Model, endOf: EndOf<Terms>) {
    this.#endOf = endOf;
    this.#store = new TupleStore(model);
  }

  add({ object, relation, users }: TupleRun<Terms>): void {
    const run: OpenRun = { object, relation, place: undefined };
    if ('numbers' in users) this.#addNumbered(run, users);
    else for (const [user, terms] of users) this.#add(run, user, this.#users.get(user), terms);
    if (!run.place) return;
    this.#slots.push(run.place.slot);
    this.#stops.push(this.#size);
  }

  #addNumbered(run: OpenRun, users: NumberedUsers<Terms>): void {
    const { texts, numbers } = users;
    const known = this.#numbered.get(texts) ?? [];
    this.#numbered.set(texts, known);
    for (let n = 0; n < numbers.length; n++) {
      const number = numbers[n] ?? 0;
      known[number] = this.#add(run, texts[number] ?? '', known[number], users.termsAt(n));
    }
  }

  #add(run: OpenRun, user: string, known: KnownUser | undefined, terms: Terms): KnownUser {
    run.place ??= this.#placeOf({ user, relation: run.relation, object: run.object });
    const { slot, restrictions } = run.place;
    const isAllowed = known !== undefined && restrictions.has(known.named);
    // Says what is wrong, if something is.
    const found = isAllowed ? known : this.#userOf({ user, relation: run.relation, object: run.object });
    if (this.#size === this.#named.length) this.#named = grown(this.#named, 2 * this.#size);
    this.#named[this.#size++] = found.number;
    const validUntil = this.#endOf(terms);
    if (validUntil === undefined) return found;
    if (Number.isNaN(validUntil)) {
      throw new InvalidTuple({ user, relation: run.relation, object: run.object }, 'validUntil is not a time');
    }
    this.#ending.push([slot, found.number, validUntil]);
    return found;
  }

  filled(): TupleStore {
    const { objects } = this.#store;
    const lengths = new Int32Array(objects.slotCount);
    for (const [n, slot] of this.#slots.entries()) {
      if (lengths[slot]) throw new RangeError(`${this.#store.objectText(slot)} comes twice`);
      lengths[slot] = (this.#stops[n] ?? 0) - this.#startOf(n);
    }
    const values = this.#bySlot(startsOf(lengths));
    const { byObject, byUserset } = inverse(lengths, values, objects.objectCount);
    this.#store.load({ bySlot: Runs.of(lengths, values), byObject, byUserset }, this.#size);
    for (const [slot, user, end] of this.#ending) this.#store.put(slot, user, end);
    return this.#store;
  }

  #startOf(run: number): number {
    return run === 0 ? 0 : (this.#stops[run - 1] ?? 0);
  }

  #placeOf(tuple: Tuple): Place {
    const { object, relation } = readTuple(this.#store.model, tuple);
    const slot = this.#store.objects.firstSlotOf(this.#store.intern(object)) + relation.index;
    return { slot, restrictions: relation.restrictions };
  }

  #userOf(tuple: Tuple): KnownUser {
    const { user, userRelation } = readTuple(this.#store.model, tuple);
    const known = { number: this.#store.userNumber(user, userRelation), named: namedBy(user, userRelation) };
    this.#users.set(tuple.user, known);
    return known;
  }

  /** The users of all runs by slot, each run rising. */
  #bySlot(starts: Int32Array): Int32Array {
    const values = new Int32Array(this.#size);
    for (const [n, slot] of this.#slots.entries()) {
      const run = this.#named.subarray(this.#startOf(n), this.#stops[n]);
      const start = starts[slot] ?? 0;
      values.set(run, start);
      const sorted = values.subarray(start, start + run.length).sort();
      for (let at = 1; at < sorted.length; at++) {
        if (sorted[at] !== sorted[at - 1]) continue;
        throw new RangeError(`${this.#store.objectText(slot)} names ${this.#store.userText(sorted[at] ?? 0)} twice`);
      }
    }
    return values;
  }
}

/** Where each of these runs begins when they follow one another. */
const startsOf = (lengths: Int32Array): Int32Array => {
  const starts = new Int32Array(lengths.length);
  for (let n = 1; n < lengths.length; n++) starts[n] = (starts[n - 1] ?? 0) + (lengths[n - 1] ?? 0);
  return starts;
};

/** The next place of a run. */
const next = (places: Int32Array, run: number): number => {
  const place = places[run] ?? 0;
  places[run] = place + 1;
  return place;
};

/** By whom the runs name, the slots that they are of. Slots rise, for they are gone through in order. */
const inverse = (lengths: Int32Array, values: Int32Array, objectCount: number) => {
  const objectLengths = new Int32Array(objectCount);
  const usersetLengths = new Int32Array(lengths.length);
  let usersets = 0;
  for (const user of values) {
    if (user < 0) {
      usersetLengths[~user] = (usersetLengths[~user] ?? 0) + 1;
      usersets++;
    } else objectLengths[user] = (objectLengths[user] ?? 0) + 1;
  }
  const [objectPlaces, usersetPlaces] = [startsOf(objectLengths), startsOf(usersetLengths)];
  const [ofObjects, ofUsersets] = [new Int32Array(values.length - usersets), new Int32Array(usersets)];
  for (let slot = 0, n = 0; slot < lengths.length; slot++) {
    for (const stop = n + (lengths[slot] ?? 0); n < stop; n++) {
      const user = values[n] ?? 0;
      if (user < 0) ofUsersets[next(usersetPlaces, ~user)] = slot;
      else ofObjects[next(objectPlaces, user)] = slot;
    }
  }
  return { byObject: Runs.of(objectLengths, ofObjects), byUserset: Runs.of(usersetLengths, ofUsersets) };
};
