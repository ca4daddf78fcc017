import { InvalidQuestion, TooComplex } from './errors.ts';
import type { UsersetTree } from './expand.ts';
import type { Explanation } from './explain.ts';
import type { Graph } from './graph.ts';
import { type Page, type PageOptions, pageOf } from './page.ts';
import type { TupleChange } from './tuple.ts';

/** A tuple comes or goes, or a user (`user:ann`) is denied everything from now on, or no longer. */
export type GraphChange = TupleChange | { readonly bar: string } | { readonly unbar: string };

export type GuardedExplanation =
  | Explanation
  | { readonly allowed: false; readonly missing: readonly []; readonly barred: true };

export interface GuardedGraphOptions {
  /** Users who are denied everything. */
  readonly barred?: Iterable<string>;
  /** The object that is asked about in place of one that no tuple names, if there is one. */
  readonly standIn?: (object: string) => string | undefined;
}

/**
 * A graph some of whose users are denied everything, whatever its tuples say. The questions are those of a
 * {@link Graph}.
 */
export class GuardedGraph {
  readonly #graph: Graph;
  readonly #barred: Set<string>;
  readonly #standIn: (object: string) => string | undefined;

  constructor(graph: Graph, { barred = [], standIn = () => undefined }: GuardedGraphOptions = {}) {
    this.#graph = graph;
    this.#barred = new Set(barred);
    this.#standIn = standIn;
  }

  /** The tuples alone. */
  get graph(): Graph {
    return this.#graph;
  }

  get barred(): ReadonlySet<string> {
    return this.#barred;
  }

  apply(changes: Iterable<GraphChange>): void {
    for (const change of changes) {
      if ('bar' in change) this.#barred.add(change.bar);
      else if ('unbar' in change) this.#barred.delete(change.unbar);
      else if ('remove' in change) this.#graph.remove(change.remove);
      else this.#graph.write(change.write, change.validUntil);
    }
  }

  check(user: string, relation: string, object: string, now: number): boolean {
    // Asked in any case: a question that means nothing is refused whoever it is about.
    return this.#graph.check(user, relation, this.#named(object), now) && !this.#barred.has(user);
  }

  /** {@link check} for who has no use for a reason: what means nothing or cannot be answered is not allowed. */
  allows(user: string, relation: string, object: string, now: number): boolean {
    try {
      return this.check(user, relation, object, now);
    } catch (error) {
      if (error instanceof InvalidQuestion || error instanceof TooComplex) return false;
      throw error;
    }
  }

  listObjects(user: string, relation: string, type: string, now: number, options: PageOptions = {}): Page {
    const page = this.#graph.listObjects(user, relation, type, now, options);
    return this.#barred.has(user) ? { items: [] } : page;
  }

  listUsers(object: string, relation: string, type: string, now: number, options: PageOptions = {}): Page {
    const { items } = this.#graph.listUsers(this.#named(object), relation, type, now);
    return pageOf(
      items.filter((user) => !this.#barred.has(user)),
      options,
    );
  }

  expand(object: string, relation: string, now: number): UsersetTree {
    return this.#graph.expand(this.#named(object), relation, now);
  }

  explain(user: string, relation: string, object: string, now: number): GuardedExplanation {
    const explanation = this.#graph.explain(user, relation, this.#named(object), now);
    return this.#barred.has(user) ? { allowed: false, missing: [], barred: true } : explanation;
  }

  #named(object: string): string {
    return this.#graph.knows(object) ? object : (this.#standIn(object) ?? object);
  }
}
