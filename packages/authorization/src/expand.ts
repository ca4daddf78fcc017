import { currentUsers } from './list-users.ts';
import type { Relation, Rewrite } from './relation.ts';
import type { TupleStore } from './tuple-store.ts';

/** Who is in a relation, one level deep, as OpenFGA's Expand tells it; userset names are to be expanded in turn. */
export type UsersetTree =
  | { readonly name: string; readonly leaf: UsersetLeaf }
  | { readonly name: string; readonly union: { readonly nodes: readonly UsersetTree[] } }
  | { readonly name: string; readonly intersection: { readonly nodes: readonly UsersetTree[] } }
  | { readonly name: string; readonly difference: { readonly base: UsersetTree; readonly subtract: UsersetTree } };

export type UsersetLeaf =
  | { readonly users: { readonly users: readonly string[] } }
  | { readonly computed: { readonly userset: string } }
  | {
      readonly tupleToUserset: {
        readonly tupleset: string;
        readonly computed: readonly { readonly userset: string }[];
      };
    };

/** @param object `type:id`, for it need not be known */
export const expandSlot = (
  store: TupleStore,
  question: { readonly object: string; readonly slot: number; readonly relation: Relation; readonly now: number },
): UsersetTree => {
  const { object, slot, relation, now } = question;
  const name = `${object}#${relation.name}`;
  const leafOf = (rewrite: Extract<Rewrite, { readonly leaf: number }>): UsersetLeaf => {
    if (rewrite.kind === 'this') {
      const users = [...currentUsers(store, slot, now)].map((user) => store.userText(user));
      return { users: { users: users.sort() } };
    }
    if (rewrite.kind === 'computed') return { computed: { userset: `${object}#${rewrite.relation.name}` } };
    const named = [...currentUsers(store, slot + rewrite.tupleset.index - relation.index, now)];
    const related = named.filter((user) => rewrite.targets[store.objects.typeOf(user)]);
    const computed = related.map((user) => `${store.userText(user)}#${rewrite.name}`).sort();
    const tupleset = `${object}#${rewrite.tupleset.name}`;
    return { tupleToUserset: { tupleset, computed: computed.map((userset) => ({ userset })) } };
  };
  const treeOf = (rewrite: Rewrite): UsersetTree => {
    switch (rewrite.kind) {
      case 'union':
        return { name, union: { nodes: rewrite.operands.map(treeOf) } };
      case 'intersection':
        return { name, intersection: { nodes: rewrite.operands.map(treeOf) } };
      case 'difference':
        return { name, difference: { base: treeOf(rewrite.base), subtract: treeOf(rewrite.subtract) } };
      default:
        return { name, leaf: leafOf(rewrite) };
    }
  };
  return treeOf(relation.rewrite);
};
