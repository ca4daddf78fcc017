import type { Edge } from './edge.ts';
import { type PackedEntries, PackedMap } from './packed-map.ts';

/** Edges as numbers, beside the texts that they have in common. */
export interface EdgeColumns {
  /** Every `object#relation` that has edges, rising. */
  readonly relations: readonly string[];
  /** Every subject that has edges, rising. */
  readonly subjects: readonly string[];
  readonly grantors: readonly string[];
  /** Every `validUntil`. */
  readonly ends: readonly string[];
  /** By relation, how many edges it has. They follow one another, each relation's by subject. */
  readonly counts: Int32Array;
  /** The following by edge; numbers of texts but for the last two. */
  readonly subject: Int32Array;
  readonly grantor: Int32Array;
  /** One more than the number of the text; 0 for what lasts. */
  readonly end: Int32Array;
  readonly grantedAt: Float64Array;
  readonly position: Float64Array;
}

type Terms = Pick<Edge, 'validUntil'>;
const lasting: Terms = { validUntil: null };

/** The edges of one `object#relation`, whose subjects can also be had by number. */
export class PackedSubjects extends PackedMap<Edge> {
  readonly texts: readonly string[];
  readonly numbers: Int32Array;
  readonly #ends: Int32Array;
  readonly #terms: readonly Terms[];

  /** @param terms those of {@link EdgeColumns} `end`, by number */
  constructor(columns: EdgeColumns, terms: readonly Terms[], entries: PackedEntries<Edge>, from: number, to: number) {
    super(entries, from, to);
    this.texts = columns.subjects;
    this.numbers = columns.subject.subarray(from, to);
    this.#ends = columns.end.subarray(from, to);
    this.#terms = terms;
  }

  /** How long the nth of them is there. */
  termsAt(n: number): Terms {
    return this.#terms[this.#ends[n] ?? 0] ?? lasting;
  }
}

/** Edges that are read from columns, to be found from either end. */
export class PackedEdges {
  readonly #columns: EdgeColumns;
  /** By edge, the number of its relation. */
  readonly #relation: Int32Array;
  /** Edges by subject, each subject's by relation. */
  readonly #bySubject: Int32Array;
  /** By subject, where its edges end in that. */
  readonly #stops: Int32Array;

  constructor(columns: EdgeColumns) {
    const { counts, subject, subjects } = columns;
    this.#columns = columns;
    this.#relation = new Int32Array(subject.length);
    for (let relation = 0, edge = 0; relation < counts.length; relation++) {
      const stop = edge + (counts[relation] ?? 0);
      this.#relation.fill(relation, edge, stop);
      edge = stop;
    }
    // A counting sort: it leaves edges of one subject in the order in which they come, which is that of their relations.
    this.#stops = new Int32Array(subjects.length);
    for (const one of subject) this.#stops[one] = (this.#stops[one] ?? 0) + 1;
    for (let n = 0, start = 0; n < this.#stops.length; n++) {
      const count = this.#stops[n] ?? 0;
      this.#stops[n] = start;
      start += count;
    }
    this.#bySubject = new Int32Array(subject.length);
    for (let edge = 0; edge < subject.length; edge++) {
      const one = subject[edge] ?? 0;
      const place = this.#stops[one] ?? 0;
      this.#bySubject[place] = edge;
      this.#stops[one] = place + 1;
    }
  }

  /** By `object#relation`, then subject. */
  *forward(): Generator<readonly [key: string, edges: PackedSubjects], void, undefined> {
    const { relations, subjects, subject, counts, ends } = this.#columns;
    const terms = [lasting, ...ends.map((validUntil) => ({ validUntil }))];
    const entries = {
      keyAt: (n: number) => subjects[subject[n] ?? 0] ?? '',
      valueAt: (n: number) => this.#edgeAt(n),
    };
    let from = 0;
    for (const [n, relation] of relations.entries()) {
      const to = from + (counts[n] ?? 0);
      yield [relation, new PackedSubjects(this.#columns, terms, entries, from, to)];
      from = to;
    }
  }

  /** By subject, then `object#relation`. */
  *reverse(): Generator<readonly [key: string, edges: PackedMap<Edge>], void, undefined> {
    const { relations, subjects } = this.#columns;
    const entries = {
      keyAt: (n: number) => relations[this.#relation[this.#bySubject[n] ?? 0] ?? 0] ?? '',
      valueAt: (n: number) => this.#edgeAt(this.#bySubject[n] ?? 0),
    };
    let from = 0;
    for (const [n, subject] of subjects.entries()) {
      const to = this.#stops[n] ?? 0;
      yield [subject, new PackedMap(entries, from, to)];
      from = to;
    }
  }

  #edgeAt(n: number): Edge {
    const { grantors, ends, grantor, end, grantedAt, position } = this.#columns;
    const ending = end[n] ?? 0;
    return {
      validUntil: ending === 0 ? null : (ends[ending - 1] ?? ''),
      grantedBy: grantors[grantor[n] ?? 0] ?? '',
      grantedAt: grantedAt[n] ?? 0,
      position: position[n] ?? 0,
    };
  }
}
