import { pageOf } from '@rollcall/service-kit/cursor';

/** The first page of what a generator gives; what comes after the page is never made. */
export const pageFrom = <Row>(from: Iterable<Row>, limit: number, keyOf: (row: Row) => readonly [string]) => {
  const rows: Row[] = [];
  for (const row of from) {
    rows.push(row);
    // One more than the page shows that there is a next one.
    if (rows.length > limit) break;
  }
  return pageOf(rows, limit, keyOf, (row) => row);
};
