import { ModelError, type Place } from './errors.ts';
import { wildcard } from './ids.ts';
import type { ModelDefinition, RelationDefinition, RewriteDefinition } from './model-definition.ts';
import type { Leaf, Relation, Rewrite, Type } from './relation.ts';
import { type Dependencies, negatedCycle, strataOf, unionsOnly } from './strata.ts';

type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

const name = /^[^\s:#@*]{1,254}$/u;

/** Names first, so that relations can refer to one another; then what they mean. */
export class ModelBuilder {
  readonly types: readonly Type[];
  readonly #types = new Map<string, Type>();
  readonly #definitions: (readonly [Draft<Relation>, RelationDefinition])[] = [];

  constructor({ types }: ModelDefinition) {
    this.types = types.map((definition, index) => {
      const relations: Draft<Relation>[] = [];
      const byName = new Map<string, Relation>();
      const type: Type = { index, name: definition.name, relations, relation: (name) => byName.get(name) };
      this.#claim(this.#types, type, { type: type.name });
      for (const relation of definition.relations) {
        const id = this.#definitions.length;
        const draft: Draft<Relation> = { ...unwritten, id, index: relations.length, name: relation.name, type };
        this.#claim(byName, draft, { type: type.name, relation: relation.name });
        relations.push(draft);
        this.#definitions.push([draft, relation]);
      }
      return type;
    });
    for (const [draft, definition] of this.#definitions) this.#write(draft, definition);
    this.#judge();
  }

  #claim<T extends { readonly name: string }>(names: Map<string, T>, item: T, place: Place): void {
    if (!name.test(item.name)) throw new ModelError(`"${item.name}" is not a name`, place);
    if (names.has(item.name)) throw new ModelError('is there twice', place);
    names.set(item.name, item);
  }

  #write(relation: Draft<Relation>, definition: RelationDefinition): void {
    const leaves: Leaf[] = [];
    relation.restrictions = new Set(definition.restrictions);
    relation.usersets = definition.restrictions.flatMap((text) => this.#usersetIn(text, relation) ?? []);
    relation.namesWildcards = definition.restrictions.some((text) => text.endsWith(`:${wildcard}`));
    relation.rewrite = this.#rewrite(definition.rewrite, relation, leaves);
    relation.leaves = leaves;
    relation.isPlain = relation.rewrite.kind === 'this' && relation.usersets.length === 0;
    if (leaves.some(({ kind }) => kind === 'this') !== relation.restrictions.size > 0) {
      throw new ModelError('its tuples and whom they may name do not go together', placeOf(relation));
    }
  }

  #usersetIn(restriction: string, relation: Relation): Relation | undefined {
    const [type = '', related] = restriction.replace(/:\*$/u, '').split('#');
    const named = this.#types.get(type);
    if (!named) throw new ModelError(`there is no type "${type}"`, placeOf(relation));
    return related === undefined ? undefined : relationOf(named, related, relation);
  }

  #rewrite(definition: RewriteDefinition, relation: Relation, leaves: Leaf[]): Rewrite {
    const write = (operand: RewriteDefinition) => this.#rewrite(operand, relation, leaves);
    switch (definition.kind) {
      case 'union':
      case 'intersection':
        if (definition.operands.length === 0) throw new ModelError('an operator without operands', placeOf(relation));
        return { kind: definition.kind, operands: definition.operands.map(write) };
      case 'difference':
        return { kind: 'difference', base: write(definition.base), subtract: write(definition.subtract) };
      default: {
        const leaf = this.#leaf(definition, relation, leaves.length);
        leaves.push(leaf);
        return leaf;
      }
    }
  }

  #leaf(definition: LeafDefinition, relation: Relation, leaf: number): Leaf {
    if (definition.kind === 'this') return { kind: 'this', leaf };
    if (definition.kind === 'computed') {
      return { kind: 'computed', leaf, relation: relationOf(relation.type, definition.relation, relation) };
    }
    const tupleset = relationOf(relation.type, definition.tupleset, relation);
    const [, declared] = this.#definitions[tupleset.id] ?? [];
    const named = new Set(declared?.restrictions);
    if (declared?.rewrite.kind !== 'this' || [...named].some((text) => /[#:]/u.test(text))) {
      throw new ModelError(`"from ${tupleset.name}" needs a relation whose tuples name objects`, placeOf(relation));
    }
    const targets = this.types.map((type) => (named.has(type.name) ? type.relation(definition.relation) : undefined));
    if (targets.every((target) => target === undefined)) {
      throw new ModelError(`nothing that "${tupleset.name}" names has "${definition.relation}"`, placeOf(relation));
    }
    return { kind: 'from', leaf, tupleset, name: definition.relation, targets };
  }

  #judge(): void {
    const drafts = this.#definitions.map(([draft]) => draft);
    const dependencies = drafts.map((relation) => this.#dependenciesOf(relation, relation.rewrite));
    const negated = negatedCycle(dependencies);
    const caught = negated === undefined ? undefined : drafts[negated];
    if (caught) throw new ModelError('depends on itself through the right side of "but not"', placeOf(caught));
    const strata = strataOf(dependencies);
    for (const draft of drafts) {
      draft.stratum = strata[draft.id] ?? 0;
      draft.unionsOnly = unionsOnly(draft.id, dependencies, (id) => isUnion(drafts[id]?.rewrite));
    }
  }

  #dependenciesOf(relation: Relation, rewrite: Rewrite, isNegated = false): Dependencies {
    const of = (part: Rewrite, negated = isNegated) => this.#dependenciesOf(relation, part, negated);
    switch (rewrite.kind) {
      case 'this':
        return relation.usersets.map(({ id }) => ({ on: id, isNegated }));
      case 'computed':
        return [{ on: rewrite.relation.id, isNegated }];
      case 'from':
        return rewrite.targets.flatMap((target) => (target ? [{ on: target.id, isNegated }] : []));
      case 'difference':
        return [...of(rewrite.base), ...of(rewrite.subtract, true)];
      default:
        return rewrite.operands.flatMap((operand) => of(operand));
    }
  }
}

type LeafDefinition = Exclude<RewriteDefinition, { readonly kind: 'union' | 'intersection' | 'difference' }>;

const unwritten = {
  rewrite: { kind: 'this', leaf: 0 },
  leaves: [],
  restrictions: new Set<string>(),
  usersets: [],
  namesWildcards: false,
  isPlain: false,
  unionsOnly: false,
  stratum: 0,
} as const;

const placeOf = ({ type, name }: Relation): Place => ({ type: type.name, relation: name });

const relationOf = (type: Type, wanted: string, asking: Relation): Relation => {
  const relation = type.relation(wanted);
  if (!relation) throw new ModelError(`there is no relation "${type.name}#${wanted}"`, placeOf(asking));
  return relation;
};

const isUnion = (rewrite: Rewrite | undefined): boolean => {
  if (rewrite?.kind === 'union') return rewrite.operands.every(isUnion);
  return rewrite?.kind !== 'intersection' && rewrite?.kind !== 'difference';
};
