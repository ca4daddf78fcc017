import { SortedMap } from '@rollcall/event-store/sorted-map';
import { type Tuple, textOf } from './tuples.ts';

/** On what terms a tuple holds, and what made it so. */
export interface Edge {
  /** As it was asked for: ISO 8601 in UTC; null for as long as nobody ends it. */
  readonly validUntil: string | null;
  readonly grantedBy: string;
  /** Milliseconds since 1970, by the log's clock. */
  readonly grantedAt: number;
  /** Of the event that made it. */
  readonly position: number;
}

/** A tuple that holds from now on, on these terms, or no longer (null). */
export interface EdgeChange extends Tuple {
  readonly terms: Pick<Edge, 'validUntil'> | null;
}

type Subjects = SortedMap<string, Edge>;
const none: Subjects = SortedMap.empty();

/** All tuples, to be found from either end. Never changed in place. */
export class Edges {
  /** By `object#relation`, then subject. */
  readonly #forward: SortedMap<string, Subjects>;
  /** By subject, then `object#relation`. */
  readonly #reverse: SortedMap<string, Subjects>;

  private constructor(forward: SortedMap<string, Subjects>, reverse: SortedMap<string, Subjects>) {
    this.#forward = forward;
    this.#reverse = reverse;
  }

  static readonly empty = new Edges(SortedMap.empty(), SortedMap.empty());

  get({ object, relation, subject }: Tuple): Edge | undefined {
    return this.#forward.get(`${object}#${relation}`)?.get(subject);
  }

  /** Who has a relation to a thing, by subject, from the first after the given one on. */
  subjectsOf(object: string, relation: string, after?: string): Iterable<readonly [string, Edge]> {
    return (this.#forward.get(`${object}#${relation}`) ?? none).entries(after);
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

  /** All of them, by `object#relation` and then subject. */
  *entries(): Generator<readonly [string, Edge], void, undefined> {
    for (const [key, subjects] of this.#forward.entries()) {
      const [object = '', relation = ''] = key.split('#');
      for (const [subject, edge] of subjects.entries()) yield [textOf({ object, relation, subject }), edge];
    }
  }
}

const replaced = (
  index: SortedMap<string, Subjects>,
  outer: string,
  inner: string,
  edge: Edge | null,
): SortedMap<string, Subjects> => {
  const known = index.get(outer) ?? none;
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
