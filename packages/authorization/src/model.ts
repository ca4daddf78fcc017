import { ModelBuilder } from './model-builder.ts';
import type { ModelDefinition } from './model-definition.ts';
import type { Relation, Type } from './relation.ts';

/**
 * A model that questions can be asked of.
 *
 * @example
 * const model = Model.from(readModelJson(json));
 * model.type('project')?.relation('member');
 */
export class Model {
  /** The same text means the same model, down to the order in which things are declared. */
  readonly text: string;
  readonly types: readonly Type[];
  /** Of all types, by id. */
  readonly relations: readonly Relation[];
  readonly #types: ReadonlyMap<string, Type>;

  private constructor(text: string, types: readonly Type[]) {
    this.text = text;
    this.types = types;
    this.relations = types.flatMap(({ relations }) => relations);
    this.#types = new Map(types.map((type) => [type.name, type]));
  }

  /** @throws ModelError if something in it is missing, doubled or excludes what it depends on */
  static from(definition: ModelDefinition): Model {
    return new Model(JSON.stringify(definition), new ModelBuilder(definition).types);
  }

  type(name: string): Type | undefined {
    return this.#types.get(name);
  }
}
