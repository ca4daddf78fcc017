import type postgres from 'postgres';
import type { Tuple } from '../domain/tuples.ts';

/** How a tuple held for a while. */
export interface EdgeLife extends Tuple {
  readonly validUntil: string | null;
  /** The first position at which it held, on these terms. */
  readonly from: number;
  /** The first at which it no longer did; null while it does. */
  readonly to: number | null;
}

/** A stretch of the log, both ends included. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The graph of rights as it was somewhere along a stretch of the log. */
export interface EdgeQueries {
  /** Every edge that these subjects had; only those to these objects, if any are named. */
  ofSubjects(subjects: readonly string[], stretch: Stretch, objects?: readonly string[]): Promise<readonly EdgeLife[]>;
  /** Every edge that led to these objects. */
  ofObjects(objects: readonly string[], stretch: Stretch): Promise<readonly EdgeLife[]>;
  /** Every edge that led to objects whose names begin so. */
  ofObjectsNamed(prefix: string, stretch: Stretch): Promise<readonly EdgeLife[]>;
  /** Every edge that led to one of these permissions within any organization; to any at all unless they are named. */
  ofPermissionsWithin(names: readonly string[] | undefined, stretch: Stretch): Promise<readonly EdgeLife[]>;
  /** How these tuples held. */
  ofTuples(tuples: readonly Tuple[], stretch: Stretch): Promise<readonly EdgeLife[]>;
  /** All edges at a position, by object, relation and subject, after this one: so many at most. */
  page(position: number, after: Tuple | undefined, limit: number): Promise<readonly EdgeLife[]>;
}

interface Row extends Tuple {
  readonly valid_until: string | null;
  readonly from_position: string;
  readonly to_position: string | null;
}

/** @param sql a pool of the service's role */
export const edgeQueries = (sql: postgres.Sql, stream: string): EdgeQueries => {
  const columns = sql`object, relation, subject, from_position::text, to_position::text,
    (extract(epoch from valid_until) * 1000)::bigint::text as valid_until`;
  const lives = async (wanted: postgres.PendingQuery<postgres.Row[]>, { from, to }: Stretch) => {
    const known = sql`stream = ${stream} and ${wanted} and from_position <= ${to}`;
    // Apart, because no index serves both at once.
    const rows = await sql<Row[]>`
      select ${columns} from role_permission.edges where ${known} and to_position is null
      union all
      select ${columns} from role_permission.edges where ${known} and to_position > ${from}
      order by object, relation, subject, from_position`;
    return rows.map(lifeOf);
  };
  return {
    ofSubjects: (subjects, stretch, objects) => {
      const named = sql`subject = any(${[...subjects]}::text[])`;
      return lives(objects ? sql`${named} and object = any(${[...objects]}::text[])` : named, stretch);
    },
    ofObjects: (objects, stretch) => lives(sql`object = any(${[...objects]}::text[])`, stretch),
    // As a range, for the index: names are compared by their bytes.
    ofObjectsNamed: (prefix, stretch) =>
      lives(sql`object >= ${prefix} and object < ${prefix.slice(0, -1) + following(prefix)}`, stretch),
    ofPermissionsWithin: (names, stretch) => {
      const name = sql`split_part(object, '/', 2)`;
      const named = names === undefined ? sql`${name} <> ''` : sql`${name} = any(${[...names]}::text[])`;
      return lives(sql`object >= 'permission:' and object < 'permission;' and ${named}`, stretch);
    },
    ofTuples: (tuples, stretch) =>
      lives(
        sql`(object, relation, subject) in (select * from unnest(
          ${tuples.map(({ object }) => object)}::text[],
          ${tuples.map(({ relation }) => relation)}::text[],
          ${tuples.map(({ subject }) => subject)}::text[]))`,
        stretch,
      ),
    page: async (position, after, limit) => {
      const { object, relation, subject } = after ?? { object: '', relation: '', subject: '' };
      const rows = await sql<Row[]>`
        select ${columns} from role_permission.edges
        where stream = ${stream} and (object, relation, subject) > (${object}, ${relation}, ${subject})
          and from_position <= ${position} and (to_position is null or to_position > ${position})
        order by object, relation, subject
        limit ${limit}`;
      return rows.map(lifeOf);
    },
  };
};

/** The character after the last one of a text. */
const following = (text: string): string => String.fromCharCode(text.charCodeAt(text.length - 1) + 1);

const lifeOf = ({ object, relation, subject, ...row }: Row): EdgeLife => ({
  object,
  relation,
  subject,
  validUntil: row.valid_until === null ? null : new Date(Number(row.valid_until)).toISOString(),
  from: Number(row.from_position),
  to: row.to_position === null ? null : Number(row.to_position),
});
