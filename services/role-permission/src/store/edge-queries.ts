import type postgres from 'postgres';
import type { Edge } from '../domain/edges.ts';
import type { Tuple } from '../domain/tuples.ts';

/** A tuple, and until when it was given. */
export type PastEdge = Tuple & Pick<Edge, 'validUntil'>;

/** The graph of rights as it was at a position of the log. */
export interface EdgeQueries {
  /** Every edge that these subjects had. */
  ofSubjects(subjects: readonly string[], position: number): Promise<readonly PastEdge[]>;
  /** Every edge that led to these objects. */
  ofObjects(objects: readonly string[], position: number): Promise<readonly PastEdge[]>;
}

type Row = Tuple & { readonly valid_until: string | null };

/** @param sql a pool of the service's role */
export const edgeQueries = (sql: postgres.Sql, stream: string): EdgeQueries => {
  const edges = async (column: 'subject' | 'object', wanted: readonly string[], position: number) => {
    const life = sql`object, relation, subject, (extract(epoch from valid_until) * 1000)::bigint::text as valid_until`;
    const known = sql`stream = ${stream} and ${sql(column)} = any(${[...wanted]}::text[]) and from_position <= ${position}`;
    // Apart, because no index serves both at once.
    const rows = await sql<Row[]>`
      select ${life} from role_permission.edges where ${known} and to_position is null
      union all
      select ${life} from role_permission.edges where ${known} and to_position > ${position}
      order by object, relation, subject`;
    return rows.map(({ valid_until, ...edge }) => ({
      ...edge,
      validUntil: valid_until === null ? null : new Date(Number(valid_until)).toISOString(),
    }));
  };
  return {
    ofSubjects: (subjects, position) => edges('subject', subjects, position),
    ofObjects: (objects, position) => edges('object', objects, position),
  };
};
