import { Fixpoint, type NumberedQuestion } from './fixpoint.ts';
import { currentUsers } from './list-users.ts';
import type { Relation, Rewrite } from './relation.ts';
import { nobody, type TupleStore } from './tuple-store.ts';

/** A question together with its texts, which are all that is known of ids that no tuple names. */
export interface Asked extends NumberedQuestion {
  readonly texts: { readonly user: string; readonly object: string };
}

/** A part of the definition of a relation of an object. */
export interface Part {
  readonly slot: number;
  readonly rewrite: Rewrite;
}

/** One way in which a leaf may be true: by a tuple, by a slot that the user holds, or by both. */
export interface Way {
  readonly tuple?: { readonly slot: number; readonly user: number };
  readonly through?: number;
}

/** Everything that the answer to a question depends on, looked up once. */
export class Settled {
  readonly store: TupleStore;
  readonly asked: Asked;
  readonly #fixpoint: Fixpoint;
  readonly #everybody: number;

  constructor(store: TupleStore, asked: Asked, workLimit: number) {
    const { objects } = store;
    this.store = store;
    this.asked = asked;
    this.#fixpoint = new Fixpoint(store, asked, workLimit);
    this.#everybody = asked.user < 0 ? nobody : objects.wildcardOf(objects.typeOf(asked.user));
  }

  holds(slot: number): boolean {
    return this.#fixpoint.holds(slot);
  }

  /** Is this part of a definition true of the user? */
  isTrue({ slot, rewrite }: Part): boolean {
    switch (rewrite.kind) {
      case 'union':
        return rewrite.operands.some((operand) => this.isTrue({ slot, rewrite: operand }));
      case 'intersection':
        return rewrite.operands.every((operand) => this.isTrue({ slot, rewrite: operand }));
      case 'difference':
        return this.isTrue({ slot, rewrite: rewrite.base }) && !this.isTrue({ slot, rewrite: rewrite.subtract });
      default:
        return this.waysTo(slot, rewrite).some(({ through }) => through === undefined || this.holds(through));
    }
  }

  /** The ways that there are for this leaf at present, whether the user holds what they go through or not. */
  waysTo(slot: number, leaf: Extract<Rewrite, { readonly leaf: number }>): readonly Way[] {
    const { objects } = this.store;
    const relation = this.relationOf(slot);
    if (!relation) return [];
    if (leaf.kind === 'computed') return [{ through: slot + leaf.relation.index - relation.index }];
    if (leaf.kind === 'from') {
      const tupleset = slot + leaf.tupleset.index - relation.index;
      return [...currentUsers(this.store, tupleset, this.asked.now)].flatMap((user) => {
        const target = leaf.targets[objects.typeOf(user)];
        return target ? [{ tuple: { slot: tupleset, user }, through: objects.firstSlotOf(user) + target.index }] : [];
      });
    }
    const ways: Way[] = [];
    for (const user of currentUsers(this.store, slot, this.asked.now)) {
      if (user === this.asked.user || user === this.#everybody) ways.push({ tuple: { slot, user } });
      else if (user < 0) ways.push({ tuple: { slot, user }, through: ~user });
    }
    return ways;
  }

  relationOf(slot: number): Relation | undefined {
    return this.store.model.relations[this.store.objects.relationOf(slot)];
  }

  /** `type:id`, also of what no tuple names. */
  objectText(slot: number): string {
    const { objects } = this.store;
    const owner = objects.ownerOf(slot);
    const [user = ''] = this.asked.texts.user.split('#');
    const isUser = owner === objects.absentUserOf(objects.typeOf(owner));
    return objects.nameOf(owner) || (isUser ? user : this.asked.texts.object);
  }
}
