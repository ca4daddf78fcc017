import fc from 'fast-check';
import { ModelError } from '../errors.ts';
import { Model } from '../model.ts';
import type { ModelDefinition, RelationDefinition, RewriteDefinition, TypeDefinition } from '../model-definition.ts';
import { type HeldTuple, type Tuple, textOf } from '../tuple.ts';

/** A model and tuples that it allows. */
export interface World {
  readonly definition: ModelDefinition;
  readonly tuples: readonly HeldTuple[];
}

/** The time at which questions are asked: some tuples have ended by then, others will. */
export const now = 100;

const types = ['a', 'b'];
const relations = ['r0', 'r1', 'r2'];
const rewrite = (subtracting: fc.Arbitrary<RewriteDefinition>) =>
  fc.letrec<{ rewrite: RewriteDefinition; leaf: RewriteDefinition }>((tie) => ({
    leaf: fc.oneof(
      { weight: 3, arbitrary: fc.constant<RewriteDefinition>({ kind: 'this' }) },
      fc.constantFrom(...relations).map((relation): RewriteDefinition => ({ kind: 'computed', relation })),
      fc
        .constantFrom(...relations)
        .map((relation): RewriteDefinition => ({ kind: 'from', tupleset: 'parent', relation })),
    ),
    rewrite: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('leaf'),
      fc.record({
        kind: fc.constantFrom('union' as const, 'union' as const, 'intersection' as const),
        operands: fc.array(tie('rewrite'), { minLength: 2, maxLength: 3 }),
      }),
      fc.record({ kind: fc.constant('difference' as const), base: tie('rewrite'), subtract: subtracting }),
    ),
  })).rewrite;

/** What excludes is mostly a relation for that, lest most models exclude themselves. */
const subtracted: fc.Arbitrary<RewriteDefinition> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<RewriteDefinition>({ kind: 'computed', relation: 'banned' }) },
  { weight: 2, arbitrary: fc.constant<RewriteDefinition>({ kind: 'from', tupleset: 'parent', relation: 'banned' }) },
  fc.constantFrom(...relations).map((relation): RewriteDefinition => ({ kind: 'computed', relation })),
  fc.constant<RewriteDefinition>({ kind: 'this' }),
);

const named = [
  ...['user', 'user:*', 'a', 'b', 'a:*'],
  ...types.flatMap((type) => [...relations, 'banned', 'parent'].map((relation) => `${type}#${relation}`)),
];
const restrictions = fc.oneof(
  fc.constant(['user']),
  fc.constant(['user', 'a', 'a#parent', 'b#parent']),
  fc.subarray(named, { minLength: 1, maxLength: 5 }),
);
const parents = fc.subarray(['user', 'a', 'b'], { minLength: 1 }).filter((names) => names.join() !== 'user');

const type = (name: string): fc.Arbitrary<TypeDefinition> => {
  const relation = (own: string, body: fc.Arbitrary<RewriteDefinition>) =>
    fc.record({ name: fc.constant(own), rewrite: body, restrictions });
  const banned = fc.constantFrom<RewriteDefinition>(
    { kind: 'this' },
    { kind: 'union', operands: [{ kind: 'this' }, { kind: 'from', tupleset: 'parent', relation: 'banned' }] },
  );
  return fc
    .tuple(
      fc.record({
        name: fc.constant('parent'),
        rewrite: fc.constant({ kind: 'this' as const }),
        restrictions: parents,
      }),
      relation('banned', banned).map((definition) => ({ ...definition, restrictions: bannedRestrictions })),
      ...relations.map((own) => relation(own, rewrite(subtracted))),
    )
    .map((definitions) => ({ name, relations: definitions.map(withoutSuperfluous) }));
};

const bannedRestrictions = ['user', 'user:*', 'b#banned'];

const withoutSuperfluous = (relation: RelationDefinition): RelationDefinition =>
  hasTuples(relation.rewrite) ? relation : { ...relation, restrictions: [] };

const hasTuples = (rewrite: RewriteDefinition): boolean => {
  if (rewrite.kind === 'difference') return hasTuples(rewrite.base) || hasTuples(rewrite.subtract);
  return rewrite.kind === 'this' || ('operands' in rewrite && rewrite.operands.some(hasTuples));
};

/** The same without negation, for models that would exclude themselves. */
const positive = (rewrite: RewriteDefinition): RewriteDefinition => {
  if (rewrite.kind === 'difference') {
    return { kind: 'union', operands: [positive(rewrite.base), positive(rewrite.subtract)] };
  }
  return 'operands' in rewrite ? { ...rewrite, operands: rewrite.operands.map(positive) } : rewrite;
};

const acceptable = (definition: ModelDefinition): ModelDefinition => {
  try {
    Model.from(definition);
    return definition;
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return withoutExclusion(definition);
  }
};

const withoutExclusion = ({ types }: ModelDefinition): ModelDefinition => ({
  types: types.map(({ name, relations }) => ({
    name,
    relations: relations.map((relation) => ({ ...relation, rewrite: positive(relation.rewrite) })),
  })),
});

const definitions: fc.Arbitrary<ModelDefinition> = fc
  .tuple(...types.map(type))
  .map((own) => acceptable({ types: [{ name: 'user', relations: [] }, ...own] }));

interface Draw {
  readonly relation: number;
  readonly restriction: number;
  readonly object: number;
  readonly user: number;
  readonly validUntil: number | undefined;
}
const draw: fc.Arbitrary<Draw> = fc.record({
  relation: fc.nat(),
  restriction: fc.nat(),
  object: fc.nat(2),
  user: fc.nat(2),
  validUntil: fc.constantFrom(undefined, undefined, undefined, 50, now, 150),
});

/** A tuple that the model allows, chosen by some numbers. */
const tupleOf = (
  { types }: ModelDefinition,
  { relation, restriction, object, user, validUntil }: Draw,
): HeldTuple[] => {
  const all = types.flatMap((type) => type.relations.map((own) => ({ ...own, type: type.name })));
  const holding = all.filter(({ restrictions }) => restrictions.length > 0);
  const chosen = holding[relation % holding.length];
  const who = chosen?.restrictions[restriction % chosen.restrictions.length];
  if (!chosen || !who) return [];
  const tuple = { user: withId(who, user), relation: chosen.name, object: `${chosen.type}:${object}` };
  return [validUntil === undefined ? tuple : { ...tuple, validUntil }];
};

const withId = (who: string, id: number): string => {
  const [type, relation] = who.split('#');
  if (who.endsWith(':*')) return who;
  return relation === undefined ? `${type}:${id}` : `${type}:${id}#${relation}`;
};

const worldsOf = (models: fc.Arbitrary<ModelDefinition>): fc.Arbitrary<World> =>
  fc.tuple(models, fc.array(draw, { maxLength: 30, size: 'max' })).map(([definition, draws]) => {
    const tuples = new Map(draws.flatMap((one) => tupleOf(definition, one)).map((tuple) => [textOf(tuple), tuple]));
    return { definition, tuples: [...tuples.values()] };
  });

export const worlds = worldsOf(definitions);

/** Worlds without `but not`: what is true stays true whatever is added. */
export const positiveWorlds = worldsOf(definitions.map(withoutExclusion));

/** Ids that tuples name, and some that none names. */
export const objectsOf = (type: string): readonly string[] => ['0', '1', '2', 'unknown'].map((id) => `${type}:${id}`);

const relationNames = ['parent', 'banned', ...relations];

const users: readonly string[] = [
  ...['user:0', 'user:1', 'user:unknown', 'user:*', 'a:0', 'a:1', 'a:*'],
  ...['a:0#r0', 'a:1#r1', 'b:0#r2', 'b:1#banned', 'a:unknown#r0'],
];

/** Every question of a small world. */
export const questions: readonly Tuple[] = types.flatMap((type) =>
  objectsOf(type).flatMap((object) =>
    relationNames.flatMap((relation) => users.map((user) => ({ user, relation, object }))),
  ),
);
