import { type Path, proofsOf } from './proofs.ts';
import type { Relation } from './relation.ts';
import type { Part, Settled } from './settled.ts';
import { type HeldTuple, type Tuple, textOf } from './tuple.ts';

/** One reason for a denial. */
export type Missing =
  /** This tuple is not there. */
  | { readonly kind: 'absent'; readonly tuple: Tuple }
  /** This tuple is there, but has ended. */
  | { readonly kind: 'ended'; readonly tuple: HeldTuple }
  /** This relation, which others would follow from, names nothing. */
  | { readonly kind: 'unrelated'; readonly object: string; readonly relation: string }
  /** All is there, but these tuples exclude. */
  | { readonly kind: 'excluded'; readonly object: string; readonly relation: string; readonly by: Path };

/** In a sentence. */
export const describeMissing = (missing: Missing): string => {
  switch (missing.kind) {
    case 'absent':
      return `${missing.tuple.user} is not named as ${missing.tuple.relation} of ${missing.tuple.object}`;
    case 'ended':
      return `${textOf(missing.tuple)} ended at ${new Date(missing.tuple.validUntil ?? 0).toISOString()}`;
    case 'unrelated':
      return `${missing.object} has no ${missing.relation}`;
    case 'excluded':
      return `excluded from ${missing.relation} of ${missing.object} by ${missing.by.map(textOf).join(' and ')}`;
  }
};

const mostReasons = 50;

/** Goes down from the object through whatever the user does not hold, level by level, and says what would be needed. */
export const missingFor = (settled: Settled): readonly Missing[] => {
  const found: Missing[] = [];
  const open = new Set([settled.asked.slot]);
  // A set is iterated over what is added meanwhile, too.
  for (const slot of open) {
    if (found.length >= mostReasons) break;
    const relation = settled.relationOf(slot);
    if (relation) look(settled, { slot, rewrite: relation.rewrite }, relation, { found, open });
  }
  return found.slice(0, mostReasons);
};

interface Search {
  readonly found: Missing[];
  readonly open: Set<number>;
}

const look = (settled: Settled, part: Part, relation: Relation, search: Search): void => {
  const { slot, rewrite } = part;
  if (settled.isTrue(part)) return;
  switch (rewrite.kind) {
    case 'union':
    case 'intersection':
      for (const operand of rewrite.operands) look(settled, { slot, rewrite: operand }, relation, search);
      return;
    case 'difference': {
      const base = { slot, rewrite: rewrite.base };
      if (!settled.isTrue(base)) {
        look(settled, base, relation, search);
        return;
      }
      const [by = []] = proofsOf(settled, { slot, rewrite: rewrite.subtract }, 1);
      search.found.push({ kind: 'excluded', object: settled.objectText(slot), relation: relation.name, by });
      return;
    }
    default: {
      const ways = settled.waysTo(slot, rewrite);
      for (const { through } of ways) if (through !== undefined) search.open.add(through);
      if (rewrite.kind === 'this') search.found.push(...lookAtTuples(settled, slot, relation));
      if (rewrite.kind !== 'from' || ways.length > 0) return;
      search.found.push({ kind: 'unrelated', object: settled.objectText(slot), relation: rewrite.tupleset.name });
    }
  }
};

/** The tuple that would name the user, if there may be one, and those that have ended. */
const lookAtTuples = (settled: Settled, slot: number, relation: Relation): readonly Missing[] => {
  const { store, asked } = settled;
  const { user } = asked.texts;
  const [type = ''] = user.split(':');
  const userset = user.includes('#') ? `${type}#${user.slice(user.indexOf('#') + 1)}` : type;
  const named = user === `${type}:*` ? user : userset;
  const tuple = { user, relation: relation.name, object: settled.objectText(slot) };
  const start = store.bySlot.startOf(slot);
  const ended: Missing[] = [];
  for (const number of store.bySlot.data.slice(start, start + store.bySlot.lengthOf(slot))) {
    const matters = number < 0 || number === asked.user || store.userText(number) === `${type}:*`;
    if (matters && !store.counts(slot, number, asked.now)) {
      ended.push({ kind: 'ended', tuple: store.tupleOf(slot, number) });
    }
  }
  const isEnded = ended.some((missing) => missing.kind === 'ended' && missing.tuple.user === user);
  return relation.restrictions.has(named) && !isEnded ? [...ended, { kind: 'absent', tuple }] : ended;
};
