import type { Model } from './model.ts';
import type { Relation } from './relation.ts';

/** What follows from a relation, but for usersets that tuples name. What it excludes does not follow from it. */
interface Consequences {
  /** Relations to the same object. */
  readonly computed: readonly Relation[];
  /** By tupleset: relations to the objects whose tupleset names this object. */
  readonly from: ReadonlyMap<number, readonly Relation[]>;
}

/** A model read backwards: from what somebody has to what they have by it. */
export class ReverseRules {
  /** By relation. */
  readonly #consequences: readonly Consequences[];
  /** By relation, those that it can lead to, itself included. */
  readonly #leadsTo: readonly ReadonlySet<number>[];

  constructor({ relations }: Model) {
    const consequences = relations.map(() => ({ computed: [] as Relation[], from: new Map<number, Relation[]>() }));
    for (const relation of relations) {
      for (const leaf of relation.leaves) {
        if (leaf.kind === 'computed') consequences[leaf.relation.id]?.computed.push(relation);
        if (leaf.kind !== 'from') continue;
        for (const target of leaf.targets) {
          const from = target && consequences[target.id]?.from;
          from?.set(leaf.tupleset.id, [...(from.get(leaf.tupleset.id) ?? []), relation]);
        }
      }
    }
    this.#consequences = consequences;
    this.#leadsTo = relations.map((relation) => this.#reachedBy(relation, relations));
  }

  computedFrom(relation: number): readonly Relation[] {
    return this.#consequences[relation]?.computed ?? [];
  }

  from(relation: number): ReadonlyMap<number, readonly Relation[]> {
    return this.#consequences[relation]?.from ?? nothing;
  }

  canLeadTo(relation: number, target: number): boolean {
    return this.#leadsTo[relation]?.has(target) ?? false;
  }

  #reachedBy(first: Relation, relations: readonly Relation[]): ReadonlySet<number> {
    const reached = new Set([first]);
    // A set is iterated over what is added meanwhile, too.
    for (const relation of reached) {
      for (const next of this.computedFrom(relation.id)) reached.add(next);
      for (const nexts of this.from(relation.id).values()) for (const next of nexts) reached.add(next);
      for (const next of relations) if (next.usersets.includes(relation)) reached.add(next);
    }
    return new Set([...reached].map(({ id }) => id));
  }
}

const nothing: ReadonlyMap<number, readonly Relation[]> = new Map();
