/** How a relation follows from tuples and other relations. Leaves are counted from 0 within their relation. */
export type Rewrite =
  | Leaf
  | { readonly kind: 'union' | 'intersection'; readonly operands: readonly Rewrite[] }
  | { readonly kind: 'difference'; readonly base: Rewrite; readonly subtract: Rewrite };

export type Leaf =
  /** Whom the tuples of the relation itself name. */
  | { readonly kind: 'this'; readonly leaf: number }
  /** Whoever is in another relation to the same object. */
  | { readonly kind: 'computed'; readonly leaf: number; readonly relation: Relation }
  /** Whoever is in a relation to one of the objects that the tupleset names; its types need not all have it. */
  | {
      readonly kind: 'from';
      readonly leaf: number;
      readonly tupleset: Relation;
      readonly name: string;
      /** By the index of the named object's type. */
      readonly targets: readonly (Relation | undefined)[];
    };

export interface Relation {
  /** Counted over the whole model. */
  readonly id: number;
  /** Counted within its type. */
  readonly index: number;
  readonly name: string;
  readonly type: Type;
  readonly rewrite: Rewrite;
  readonly leaves: readonly Leaf[];
  /** Whom its tuples may name: `user`, `team#member`, `user:*`; empty if it has none of its own. */
  readonly restrictions: ReadonlySet<string>;
  /** What stands after the `#` in these. */
  readonly usersets: readonly Relation[];
  readonly namesWildcards: boolean;
  /** Nothing but tuples that name objects or wildcards: to look is to know. */
  readonly isPlain: boolean;
  /** Neither it nor anything that it follows from has `and` or `but not`. */
  readonly unionsOnly: boolean;
  /** Whatever it excludes is in a lower stratum; whatever else it follows from, in none above. */
  readonly stratum: number;
}

export interface Type {
  readonly index: number;
  readonly name: string;
  readonly relations: readonly Relation[];
  relation(name: string): Relation | undefined;
}
