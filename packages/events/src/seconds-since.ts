import { sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

/** How many seconds ago the earliest of a column's instants was, by the database's clock; 0 when there is none. */
export const secondsSince = (column: PgColumn) =>
  sql`coalesce(greatest(extract(epoch from now() - min(${column})), 0), 0)`.mapWith(Number);
