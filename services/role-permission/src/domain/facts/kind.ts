import type { Refusal } from '@rollcall/types/problems';
import type { EdgeChange } from '../edges.ts';
import type { AccessFact, FactOf, FactType } from '../events.ts';
import type { AccessState } from '../state.ts';

/** Where a fact stands in the log. */
export interface Place {
  readonly position: number;
  /** Milliseconds since 1970, by the log's clock. */
  readonly at: number;
  readonly actor: string;
}

/**
 * All there is to know about one type of fact, in one place. What is derived from it: the fold, the table of edges, the
 * keys that undo goes by, and who may bring it about, by a command or by taking another back.
 */
export interface FactKind<F extends AccessFact> {
  /** Tuples that hold from now on, or no longer. */
  edges?(fact: F): readonly EdgeChange[];
  /** What changes beside edges. Total: whatever it says about things that are not there changes nothing. */
  evolve?(state: AccessState, fact: F, place: Place): AccessState;
  /** The fact that takes it back, or null: it stands for good. */
  inverse(fact: F): AccessFact | null;
  /** What takes away all that it gave, in place of its inverse where that would give back what has ended since. */
  withdrawal?(fact: F): AccessFact;
  /** What it changes beside its edges, by key. */
  writes?(fact: F): readonly string[];
  /** The things whose part it makes or ends, or is about, where its edges do not say: with any of them it comes and goes. */
  within?(fact: F): readonly string[] | undefined;
  /** What it relies on beside the things at the ends of its edges, by key. */
  reads?(fact: F): readonly string[];
  /** Why this actor may not bring it about at this state, if so. */
  judge(state: AccessState, actor: string, fact: F, now: number): Refusal | undefined;
  /** What would be wrong with the state that a command with this fact leads to. */
  violation?(after: AccessState, fact: F, before: AccessState): Refusal | undefined;
}

export type FactKinds<T extends FactType> = { readonly [K in T]: FactKind<FactOf<K>> };

/** The key of a thing as such: whether it is there. */
export const entityKey = (type: string, id: string): string => `${type}:${id}`;

/** The key of somebody's belonging to an organization, whether as its admin or not. */
export const membershipKey = (organizationId: string, userId: string): string =>
  `organization:${organizationId}<user:${userId}`;
