import type { EdgeChange } from '../domain/edges.ts';
import { type Tuple, textOf } from '../domain/tuples.ts';

/** An edge from a position on; before another one unless that is null. */
export interface NewEdgeRow {
  readonly object: string;
  readonly relation: string;
  readonly subject: string;
  readonly from_position: number;
  readonly to_position: number | null;
  readonly valid_until: string | null;
}

/** An edge that was there before a batch, and the position in it before which it was there. */
export interface EndedEdgeRow {
  readonly object: string;
  readonly relation: string;
  readonly subject: string;
  readonly to_position: number;
}

export interface EdgeRows {
  readonly ended: readonly EndedEdgeRow[];
  readonly begun: readonly NewEdgeRow[];
}

interface Life {
  readonly tuple: Tuple;
  ended: number | undefined;
  open: { readonly from: number; readonly validUntil: string | null } | undefined;
}

/**
 * What the events of one batch do to the table of edges. A statement does not see its own rows: an edge that begins and
 * ends in one batch is a single row with both ends, and one that begins again takes the place of the one before.
 */
export const edgeRowsOf = (
  batch: Iterable<{ readonly position: number; readonly changes: readonly EdgeChange[] }>,
): EdgeRows => {
  const lives = new Map<string, Life>();
  const begun: NewEdgeRow[] = [];
  const lifeOf = (tuple: Tuple): Life => {
    const life = lives.get(textOf(tuple)) ?? { tuple, ended: undefined, open: undefined };
    lives.set(textOf(tuple), life);
    return life;
  };
  const end = (life: Life, position: number): void => {
    // Nothing is known here of what was there before the batch: the table ends it, if it was.
    if (life.open === undefined) life.ended ??= position;
    else if (life.open.from < position) begun.push(rowOf(life.tuple, life.open, position));
    life.open = undefined;
  };
  for (const { position, changes } of batch) {
    for (const { terms, ...tuple } of changes) {
      const life = lifeOf(tuple);
      end(life, position);
      if (terms) life.open = { from: position, validUntil: terms.validUntil };
    }
  }
  const ended: EndedEdgeRow[] = [];
  for (const { tuple, ended: at, open } of lives.values()) {
    const { object, relation, subject } = tuple;
    if (at !== undefined) ended.push({ object, relation, subject, to_position: at });
    if (open) begun.push(rowOf(tuple, open, null));
  }
  return { ended, begun };
};

const rowOf = (
  { object, relation, subject }: Tuple,
  { from, validUntil }: { readonly from: number; readonly validUntil: string | null },
  to: number | null,
): NewEdgeRow => ({ object, relation, subject, from_position: from, to_position: to, valid_until: validUntil });
