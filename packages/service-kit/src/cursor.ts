import { type Refusal, refuse } from '@rollcall/types/problems';
import type { z } from 'zod';

/**
 * Cursors of lists: the sort key of the last row given out, in base64url. They hold nothing secret and open nothing:
 * every query applies its own rights again, so a forged one only pages elsewhere in what its sender may see.
 */
export const encodeCursor = (key: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

/**
 * Reads a cursor back.
 *
 * @returns the key, null when there is no cursor, or the refusal `invalid_cursor` when it is not of this list's form.
 */
export const decodeCursor = <Key>(cursor: string | undefined, key: z.ZodType<Key>): Key | null | Refusal => {
  if (cursor === undefined) return null;
  try {
    return key.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    return refuse('invalid_cursor');
  }
};

/** Cuts rows fetched as `limit + 1` to a page and finds the cursor of the next. */
export const pageOf = <Row, Item>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly (string | number)[],
  itemOf: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null } => {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(itemOf),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null,
  };
};
