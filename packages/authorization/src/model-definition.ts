import { ModelError, type Place } from './errors.ts';

/** A model as it was written, in the words of its authors and in their order. */
export interface ModelDefinition {
  readonly types: readonly TypeDefinition[];
}

export interface TypeDefinition {
  readonly name: string;
  readonly relations: readonly RelationDefinition[];
}

export interface RelationDefinition {
  readonly name: string;
  readonly rewrite: RewriteDefinition;
  /** Whom its tuples may name: `user`, `team#member`, `user:*`. */
  readonly restrictions: readonly string[];
}

export type RewriteDefinition =
  | { readonly kind: 'this' }
  | { readonly kind: 'computed'; readonly relation: string }
  | { readonly kind: 'from'; readonly tupleset: string; readonly relation: string }
  | { readonly kind: 'union' | 'intersection'; readonly operands: readonly RewriteDefinition[] }
  | { readonly kind: 'difference'; readonly base: RewriteDefinition; readonly subtract: RewriteDefinition };

/** Reads a model in OpenFGA's JSON form, schema 1.1. Conditions are refused: a tuple counts or does not. */
export const readModelJson = (json: unknown): ModelDefinition => {
  const model = asRecord(json, {});
  if (model.schema_version !== '1.1') throw new ModelError('only schema 1.1 is known');
  if (Object.keys(asRecord(model.conditions ?? {}, {})).length > 0) throw new ModelError(noConditions);
  return { types: asList(model.type_definitions, {}).map(readType) };
};

const noConditions = 'conditions are not supported';

const readType = (json: unknown): TypeDefinition => {
  const type = asRecord(json, {});
  const name = asText(type.type, {});
  const place = { type: name };
  const metadata = asRecord(asRecord(type.metadata ?? {}, place).relations ?? {}, place);
  const relations = Object.entries(asRecord(type.relations ?? {}, place)).map(([relation, rewrite]) => ({
    name: relation,
    rewrite: readRewrite(rewrite, { type: name, relation }),
    restrictions: readRestrictions(Object.hasOwn(metadata, relation) ? metadata[relation] : {}, { ...place, relation }),
  }));
  return { name, relations };
};

const readRestrictions = (json: unknown, place: Place): readonly string[] =>
  asList(asRecord(json ?? {}, place).directly_related_user_types ?? [], place).map((item) => {
    const restriction = asRecord(item, place);
    const type = asText(restriction.type, place);
    if (restriction.condition) throw new ModelError(noConditions, place);
    if (restriction.wildcard) return `${type}:*`;
    return restriction.relation ? `${type}#${asText(restriction.relation, place)}` : type;
  });

const readRewrite = (json: unknown, place: Place): RewriteDefinition => {
  const rewrite = asRecord(json, place);
  const relationIn = (value: unknown) => asText(asRecord(value, place).relation, place);
  const operandsIn = (value: unknown) =>
    asList(asRecord(value, place).child, place).map((child) => readRewrite(child, place));
  const [kind, ...others] = Object.keys(rewrite);
  if (kind === undefined || others.length > 0) throw new ModelError('one operator is needed at a time', place);
  const value = rewrite[kind];
  switch (kind) {
    case 'this':
      return { kind: 'this' };
    case 'computedUserset':
      return { kind: 'computed', relation: relationIn(value) };
    case 'tupleToUserset': {
      const { tupleset, computedUserset } = asRecord(value, place);
      return { kind: 'from', tupleset: relationIn(tupleset), relation: relationIn(computedUserset) };
    }
    case 'union':
    case 'intersection':
      return { kind, operands: operandsIn(value) };
    case 'difference': {
      const { base, subtract } = asRecord(value, place);
      return { kind, base: readRewrite(base, place), subtract: readRewrite(subtract, place) };
    }
    default:
      throw new ModelError(`the operator "${kind}" is not known`, place);
  }
};

const asRecord = (value: unknown, place: Place): Record<string, unknown> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ModelError('the JSON form has something else where an object is needed', place);
  }
  return Object.fromEntries(Object.entries(value));
};

const asList = (value: unknown, place: Place): readonly unknown[] => {
  if (!Array.isArray(value)) throw new ModelError('the JSON form has something else where a list is needed', place);
  return value;
};

const asText = (value: unknown, place: Place): string => {
  if (typeof value !== 'string') throw new ModelError('the JSON form has something else where a name is needed', place);
  return value;
};
