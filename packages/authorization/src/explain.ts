import { type Missing, missingFor } from './missing.ts';
import { type Path, proofsOf } from './proofs.ts';
import { type Asked, Settled } from './settled.ts';
import type { TupleStore } from './tuple-store.ts';

export type Explanation =
  | {
      readonly allowed: true;
      /**
       * Some, each enough by itself, the shortest first. An empty one is that of a userset, which is in itself; there are
       * none if even the shortest has thousands of tuples.
       */
      readonly paths: readonly Path[];
    }
  | {
      readonly allowed: false;
      /** What was looked for and not found, nearest to the object first, and what stands in the way. */
      readonly missing: readonly Missing[];
    };

const mostPaths = 5;

/** Says why a question is answered as it is. */
export const explain = (store: TupleStore, asked: Asked, workLimit: number): Explanation => {
  const settled = new Settled(store, asked, workLimit);
  if (!settled.holds(asked.slot)) return { allowed: false, missing: missingFor(settled) };
  const relation = settled.relationOf(asked.slot);
  if (!relation || asked.slot === ~asked.user) return { allowed: true, paths: [[]] };
  return { allowed: true, paths: proofsOf(settled, { slot: asked.slot, rewrite: relation.rewrite }, mostPaths) };
};
