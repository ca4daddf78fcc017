import type { ModelDefinition, RelationDefinition, RewriteDefinition } from '../model-definition.ts';
import type { HeldTuple } from '../tuple.ts';

/** Who asks, and when. */
interface Asker {
  readonly user: string;
  readonly now: number;
}

/**
 * What the language means, written down with no thought of speed: everything that there is, is looked at until nothing
 * new is found. What is excluded is found out first, by itself; a model whose relations exclude themselves never ends.
 */
export class NaiveGraph {
  readonly #definitions = new Map<string, RelationDefinition>();
  readonly #tuples: readonly HeldTuple[];
  readonly #objects: ReadonlySet<string>;
  /** What was found out, by who asked, when, and about which relations. */
  readonly #found = new Map<string, ReadonlySet<string>>();

  /** @param asked the objects that questions will be about */
  constructor({ types }: ModelDefinition, tuples: readonly HeldTuple[], asked: readonly string[]) {
    this.#tuples = tuples;
    this.#objects = new Set([...asked, ...tuples.flatMap(({ user, object }) => [object, user.split('#')[0] ?? ''])]);
    for (const { name, relations } of types) {
      for (const relation of relations) this.#definitions.set(`${name}#${relation.name}`, relation);
    }
  }

  check(user: string, relation: string, object: string, now: number): boolean {
    const needed = this.#needed([`${typeOf(object)}#${relation}`]);
    return this.#truths({ user, now }, needed).has(`${object}#${relation}`);
  }

  /** All `object#relation` with these relations that the asker is in. */
  #truths(asker: Asker, relations: ReadonlySet<string>): ReadonlySet<string> {
    const key = [asker.user, asker.now, ...[...relations].sort()].join(' ');
    const known = this.#found.get(key);
    if (known) return known;
    const truths = new Set<string>();
    for (let before = -1; before < truths.size; ) {
      before = truths.size;
      for (const object of this.#objects) {
        for (const relation of relations) {
          const [type, name] = relation.split('#');
          const definition = this.#definitions.get(relation);
          if (type !== typeOf(object) || !definition) continue;
          const node = `${object}#${name}`;
          const holds = this.#value(asker, object, definition, definition.rewrite, truths);
          if (node === asker.user || holds) truths.add(node);
        }
      }
    }
    this.#found.set(key, truths);
    return truths;
  }

  #value(
    asker: Asker,
    object: string,
    definition: RelationDefinition,
    rewrite: RewriteDefinition,
    truths: ReadonlySet<string>,
  ): boolean {
    const value = (part: RewriteDefinition) => this.#value(asker, object, definition, part, truths);
    switch (rewrite.kind) {
      case 'this':
        return this.#users(object, definition.name, asker.now).some(
          (user) => user === asker.user || truths.has(user) || user === everybodyLike(asker.user),
        );
      case 'computed':
        return truths.has(`${object}#${rewrite.relation}`);
      case 'from':
        return this.#users(object, rewrite.tupleset, asker.now).some((user) =>
          truths.has(`${user}#${rewrite.relation}`),
        );
      case 'union':
        return rewrite.operands.some(value);
      case 'intersection':
        return rewrite.operands.every(value);
      case 'difference': {
        if (!value(rewrite.base)) return false;
        const needed = this.#needed(this.#mentioned(typeOf(object), definition, rewrite.subtract));
        return !this.#value(asker, object, definition, rewrite.subtract, this.#truths(asker, needed));
      }
    }
  }

  #users(object: string, relation: string, now: number): readonly string[] {
    return this.#tuples
      .filter((tuple) => tuple.object === object && tuple.relation === relation)
      .filter(({ validUntil }) => validUntil === undefined || now < validUntil)
      .map(({ user }) => user);
  }

  /** These relations, and all that they follow from. */
  #needed(relations: readonly string[]): ReadonlySet<string> {
    const needed = new Set(relations);
    for (const relation of needed) {
      const definition = this.#definitions.get(relation);
      if (!definition) continue;
      const [type = ''] = relation.split('#');
      for (const next of this.#mentioned(type, definition, definition.rewrite)) needed.add(next);
    }
    return needed;
  }

  #mentioned(type: string, definition: RelationDefinition, rewrite: RewriteDefinition): readonly string[] {
    const mentioned = (part: RewriteDefinition) => this.#mentioned(type, definition, part);
    switch (rewrite.kind) {
      case 'this':
        return definition.restrictions.filter((text) => text.includes('#'));
      case 'computed':
        return [`${type}#${rewrite.relation}`];
      case 'from':
        return (this.#definitions.get(`${type}#${rewrite.tupleset}`)?.restrictions ?? []).map(
          (named) => `${named}#${rewrite.relation}`,
        );
      case 'difference':
        return [...mentioned(rewrite.base), ...mentioned(rewrite.subtract)];
      default:
        return rewrite.operands.flatMap(mentioned);
    }
  }
}

const typeOf = (object: string): string => object.slice(0, object.indexOf(':'));

const everybodyLike = (user: string): string | undefined => (user.includes('#') ? undefined : `${typeOf(user)}:*`);
