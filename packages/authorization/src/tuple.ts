/** One fact: this user is in this relation to this object. */
export interface Tuple {
  /** `user:ann`, a userset `team:red#member`, or everybody of a type: `user:*`. */
  readonly user: string;
  readonly relation: string;
  readonly object: string;
}

/** A tuple as it is held; without `validUntil` (milliseconds since 1970) it counts for good. */
export interface HeldTuple extends Tuple {
  readonly validUntil?: number;
}

/** The tuples of one relation to one object, each with the terms that it holds on, whatever these look like. */
export interface TupleRun<Terms> {
  readonly object: string;
  readonly relation: string;
  readonly users: Iterable<readonly [user: string, terms: Terms]> | NumberedUsers<Terms>;
}

/** Users by number, so that the text of each has to be looked at but once for many runs. */
export interface NumberedUsers<Terms> {
  /** What the numbers stand for: the very same list in all runs that share it. */
  readonly texts: readonly string[];
  readonly numbers: Int32Array;
  /** Those that the nth of the numbers is there on. */
  termsAt(n: number): Terms;
}

export type TupleChange = { readonly write: Tuple; readonly validUntil?: number } | { readonly remove: Tuple };

/** `project:atlas#member@team:red#member`, as Zanzibar writes it. */
export const textOf = ({ user, relation, object }: Tuple): string => `${object}#${relation}@${user}`;
