import type { ModelDefinition, RelationDefinition, RewriteDefinition } from '@rollcall/authorization/model-definition';
import type { Tuple } from '@rollcall/authorization/tuple';

/** What anybody would write first: sets of users by `object#relation`, and a function that calls itself. */
export class NaiveRelations {
  readonly #definitions = new Map<string, RelationDefinition>();
  readonly #users: ReadonlyMap<string, ReadonlySet<string>>;

  constructor({ types }: ModelDefinition, users: ReadonlyMap<string, ReadonlySet<string>>) {
    this.#users = users;
    for (const { name, relations } of types) {
      for (const relation of relations) this.#definitions.set(`${name}#${relation.name}`, relation);
    }
  }

  check(user: string, relation: string, object: string): boolean {
    const type = object.slice(0, object.indexOf(':'));
    const definition = this.#definitions.get(`${type}#${relation}`);
    return definition !== undefined && this.#holds(user, definition.rewrite, relation, object);
  }

  #holds(user: string, rewrite: RewriteDefinition, relation: string, object: string): boolean {
    switch (rewrite.kind) {
      case 'this': {
        const users = this.#users.get(`${object}#${relation}`);
        if (!users) return false;
        if (users.has(user)) return true;
        for (const named of users) {
          const hash = named.indexOf('#');
          if (hash >= 0 && this.check(user, named.slice(hash + 1), named.slice(0, hash))) return true;
        }
        return false;
      }
      case 'computed':
        return this.check(user, rewrite.relation, object);
      case 'from': {
        for (const parent of this.#users.get(`${object}#${rewrite.tupleset}`) ?? []) {
          if (this.check(user, rewrite.relation, parent)) return true;
        }
        return false;
      }
      case 'union':
        return rewrite.operands.some((operand) => this.#holds(user, operand, relation, object));
      case 'intersection':
        return rewrite.operands.every((operand) => this.#holds(user, operand, relation, object));
      case 'difference':
        return (
          this.#holds(user, rewrite.base, relation, object) && !this.#holds(user, rewrite.subtract, relation, object)
        );
    }
  }
}

/** Users by `object#relation`. */
export const setsOf = (tuples: readonly Tuple[]): Map<string, Set<string>> => {
  const sets = new Map<string, Set<string>>();
  for (const { user, relation, object } of tuples) {
    const key = `${object}#${relation}`;
    const users = sets.get(key);
    if (users) users.add(user);
    else sets.set(key, new Set([user]));
  }
  return sets;
};
