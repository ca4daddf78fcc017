import { InvalidTuple } from './errors.ts';
import { type ObjectId, parseObject, parseUser, type Refuse, wildcard } from './ids.ts';
import type { Model } from './model.ts';
import type { Relation, Type } from './relation.ts';
import type { Tuple } from './tuple.ts';

/** An object whose type the model has. */
export interface KnownObject {
  readonly text: string;
  readonly type: Type;
  readonly isWildcard: boolean;
}

/** A tuple that the model allows. */
export interface ReadTuple {
  readonly object: KnownObject;
  readonly relation: Relation;
  readonly user: KnownObject;
  /** Of a userset. */
  readonly userRelation: Relation | undefined;
}

/** @throws InvalidTuple with what is wrong */
export const readTuple = (model: Model, tuple: Tuple): ReadTuple => {
  const refuse = refusing(tuple);
  const object = knownObject(model, parseObject(tuple.object, refuse), refuse);
  const relation = knownRelation(object.type, tuple.relation, refuse);
  const parsed = parseUser(tuple.user, refuse);
  const user = knownObject(model, parsed.object, refuse);
  const userRelation = parsed.relation === undefined ? undefined : knownRelation(user.type, parsed.relation, refuse);
  const named = namedBy(user, userRelation);
  if (relation.restrictions.size === 0) return refuse(`"${relation.name}" follows from others and has no tuples`);
  if (!relation.restrictions.has(named)) {
    return refuse(`"${relation.name}" may name ${[...relation.restrictions].join(', ')}, not ${named}`);
  }
  return { object, relation, user, userRelation };
};

const refusing =
  (tuple: Tuple): Refuse =>
  (reason) => {
    throw new InvalidTuple(tuple, reason);
  };

export const knownObject = (model: Model, { text, type, id }: ObjectId, refuse: Refuse): KnownObject => {
  const known = model.type(type);
  return known ? { text, type: known, isWildcard: id === wildcard } : refuse(`there is no type "${type}"`);
};

export const knownRelation = (type: Type, name: string, refuse: Refuse): Relation =>
  type.relation(name) ?? refuse(`there is no relation "${type.name}#${name}"`);

/** What a relation has to allow for its tuples to name such a user. */
export const namedBy = ({ type, isWildcard }: KnownObject, relation: Relation | undefined): string => {
  if (isWildcard) return `${type.name}:${wildcard}`;
  return relation ? `${type.name}#${relation.name}` : type.name;
};
