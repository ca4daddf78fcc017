import { SortedMap } from '@rollcall/event-store/sorted-map';
import type { Edge } from './edge.ts';
import { type EdgeColumns, PackedEdges } from './packed-edges.ts';
import { PackedMap } from './packed-map.ts';
import { type Tuple, textOf } from './tuples.ts';

export type { Edge };

/** A tuple that holds from now on, on these terms, or no longer (null). */
export interface EdgeChange extends Tuple {
  readonly terms: Pick<Edge, 'validUntil'> | null;
}

/** The edges at one end. As they were loaded until one of them changes. */
type Group = SortedMap<string, Edge> | PackedMap<Edge>;
type Index = SortedMap<string, Group>;
const none: Group = SortedMap.empty<string, Edge>();

/** All tuples, to be found from either end. Never changed in place. */
export class Edges {
  /** By `object#relation`, then subject. */
  readonly #forward: Index;
  /** By subject, then `object#relation`. */
  readonly #reverse: Index;

  private constructor(forward: Index, reverse: Index) {
    this.#forward = forward;
    this.#reverse = reverse;
  }

  static readonly empty = new Edges(SortedMap.empty(), SortedMap.empty());

  /** Those of a snapshot, in a fraction of the time of adding them one by one. */
  static of(columns: EdgeColumns): Edges {
    const packed = new PackedEdges(columns);
    return new Edges(SortedMap.fromSorted(packed.forward()), SortedMap.fromSorted(packed.reverse()));
  }

  get({ object, relation, subject }: Tuple): Edge | undefined {
    return this.#forward.get(`${object}#${relation}`)?.get(subject);
  }

  /** Who has a relation to a thing, by subject, from the first after the given one on. */
  subjectsOf(object: string, relation: string, after?: string): Iterable<readonly [string, Edge]> {
    return (this.#forward.get(`${object}#${relation}`) ?? none).entries(after);
  }

  /** The things whose names begin so that anybody has a relation to; once for each relation. */
  *objectsNamed(prefix: string): Generator<string, void, undefined> {
    for (const [key] of this.#forward.entries(prefix)) {
      if (!key.startsWith(prefix)) return;
      yield key.slice(0, key.lastIndexOf('#'));
    }
  }

  /** How many have a relation to a thing. */
  countOf(object: string, relation: string): number {
    return this.#forward.get(`${object}#${relation}`)?.size ?? 0;
  }

  /** What a subject has relations to, among things that begin so, from the first after the given `object#relation` on. */
  *of(subject: string, prefix: string, after?: string): Generator<readonly [Tuple, Edge], void, undefined> {
    const from = after === undefined || after < prefix ? prefix : after;
    for (const [key, edge] of (this.#reverse.get(subject) ?? none).entries(from)) {
      if (!key.startsWith(prefix)) return;
      const hash = key.lastIndexOf('#');
      yield [{ object: key.slice(0, hash), relation: key.slice(hash + 1), subject }, edge];
    }
  }

  /** With a tuple on these terms, or without it. */
  with({ object, relation, subject }: Tuple, edge: Edge | null): Edges {
    const key = `${object}#${relation}`;
    if (edge === null && !this.#forward.get(key)?.has(subject)) return this;
    return new Edges(replaced(this.#forward, key, subject, edge), replaced(this.#reverse, subject, key, edge));
  }

  /** All of them: for each `object#relation` the edges by subject. */
  byRelation(): Iterable<readonly [string, Pick<Group, 'entries'>]> {
    return this.#forward.entries();
  }

  /** Every subject, in the order of their names. */
  *subjects(): Generator<string, void, undefined> {
    for (const [subject] of this.#reverse.entries()) yield subject;
  }

  /** Those that are to end, by their texts. */
  *ending(): Generator<readonly [string, Edge], void, undefined> {
    for (const [key, subjects] of this.#forward.entries()) {
      for (const [subject, edge] of subjects.entries()) {
        if (edge.validUntil !== null) yield [`${key}@${subject}`, edge];
      }
    }
  }

  /** All of them, by `object#relation` and then subject. */
  *entries(): Generator<readonly [string, Edge], void, undefined> {
    for (const [key, subjects] of this.#forward.entries()) {
      const [object = '', relation = ''] = key.split('#');
      for (const [subject, edge] of subjects.entries()) yield [textOf({ object, relation, subject }), edge];
    }
  }
}

const replaced = (index: Index, outer: string, inner: string, edge: Edge | null): Index => {
  const found = index.get(outer) ?? none;
  const known = found instanceof PackedMap ? SortedMap.fromSorted(found.entries()) : found;
  const changed = edge === null ? known.delete(inner) : known.set(inner, edge);
  return changed.isEmpty ? index.delete(outer) : index.set(outer, changed);
};

const longPast = Number.NEGATIVE_INFINITY;

/** When what was given ends, in milliseconds since 1970. Whatever cannot be read as a time has passed. */
export const endOf = (terms: Pick<Edge, 'validUntil'> | undefined): number => {
  if (terms === undefined) return longPast;
  if (terms.validUntil === null) return Number.POSITIVE_INFINITY;
  const end = Date.parse(terms.validUntil);
  return Number.isNaN(end) ? longPast : end;
};

/** Does it still count? Expiry needs no event. */
export const isCurrent = (terms: Pick<Edge, 'validUntil'> | undefined, now: number): boolean => now < endOf(terms);
