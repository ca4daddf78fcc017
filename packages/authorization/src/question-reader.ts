import { InvalidQuestion } from './errors.ts';
import { parseObject, parseUser, type Refuse } from './ids.ts';
import type { Relation, Type } from './relation.ts';
import { knownObject, knownRelation } from './tuple-reader.ts';
import type { TupleStore } from './tuple-store.ts';

/**
 * Turns the texts of questions into numbers. Nothing is kept of ids that no tuple names: placeholders, of which
 * nothing is held either, stand for them while a question is answered.
 */
export class QuestionReader {
  readonly #store: TupleStore;

  constructor(store: TupleStore) {
    this.#store = store;
  }

  /** The number of an object, a userset or `type:*`. */
  userOf(text: string): number {
    const { objects, model } = this.#store;
    const found = objects.find(text);
    if (found !== undefined) return found;
    const parsed = parseUser(text, refuse);
    const object = knownObject(model, parsed.object, refuse);
    if (object.isWildcard) return objects.wildcardOf(object.type.index);
    const number = objects.find(object.text) ?? objects.absentUserOf(object.type.index);
    if (parsed.relation === undefined) return number;
    return ~(objects.firstSlotOf(number) + knownRelation(object.type, parsed.relation, refuse).index);
  }

  /** @param user who is asked about: if it is the same object, or its userset, both must get the same number */
  objectOf(text: string, user = ''): number {
    return this.#store.objects.find(text) ?? this.#absent(text, user);
  }

  /** Of an object's type, by its name. */
  relationAt(object: number, name: string): Relation {
    const type = this.#store.model.types[this.#store.objects.typeOf(object)];
    return type?.relation(name) ?? refuse(`there is no relation "${type?.name}#${name}"`);
  }

  slotOf(text: string, relation: string, user = ''): number {
    const object = this.objectOf(text, user);
    return this.#store.objects.firstSlotOf(object) + this.relationAt(object, relation).index;
  }

  typeOf(name: string): Type {
    return this.#store.model.type(name) ?? refuse(`there is no type "${name}"`);
  }

  relationOf(type: string, name: string): Relation {
    return knownRelation(this.typeOf(type), name, refuse);
  }

  #absent(text: string, user: string): number {
    const { objects, model } = this.#store;
    const { type } = knownObject(model, parseObject(text, refuse), refuse);
    const isSame = user === text || user.startsWith(`${text}#`);
    return isSame ? objects.absentUserOf(type.index) : objects.absentObjectOf(type.index);
  }
}

const refuse: Refuse = (reason) => {
  throw new InvalidQuestion(reason);
};
