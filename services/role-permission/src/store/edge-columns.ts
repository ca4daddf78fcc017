import type { Edges } from '../domain/edges.ts';
import type { EdgeColumns } from '../domain/packed-edges.ts';
import { numbersSection, type SectionReader, valuesSection } from './columns.ts';
import type { Section } from './sections.ts';
import type { Pause } from './turns.ts';

/** Gives numbers to texts, from 0 in the order in which they come. */
class Numbering {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }
}

const edgesAtOnce = 200;

/** Edges as columns. They are not changed in place: it does not matter what happens meanwhile. */
export const columnsOf = async (edges: Edges, pause: Pause): Promise<EdgeColumns> => {
  const [subjects, grantors, ends] = [new Numbering(), new Numbering(), new Numbering()];
  for (const one of edges.subjects()) if (subjects.numberOf(one) % edgesAtOnce === 0) await pause();
  const relations: string[] = [];
  const counts: number[] = [];
  const [subject, grantor, end]: [number[], number[], number[]] = [[], [], []];
  const [grantedAt, position]: [number[], number[]] = [[], []];
  for (const [relation, group] of edges.byRelation()) {
    const before = position.length;
    for (const [one, edge] of group.entries()) {
      subject.push(subjects.numberOf(one));
      grantor.push(grantors.numberOf(edge.grantedBy));
      end.push(edge.validUntil === null ? 0 : ends.numberOf(edge.validUntil) + 1);
      grantedAt.push(edge.grantedAt);
      if (position.push(edge.position) % edgesAtOnce === 0) await pause();
    }
    relations.push(relation);
    counts.push(position.length - before);
  }
  return {
    relations,
    subjects: subjects.texts,
    grantors: grantors.texts,
    ends: ends.texts,
    counts: new Int32Array(counts),
    subject: new Int32Array(subject),
    grantor: new Int32Array(grantor),
    end: new Int32Array(end),
    grantedAt: new Float64Array(grantedAt),
    position: new Float64Array(position),
  };
};

export const edgeSections = async (columns: EdgeColumns, pause: Pause): Promise<readonly Section[]> => [
  await valuesSection(columns.relations, pause),
  await valuesSection(columns.subjects, pause),
  await valuesSection(columns.grantors, pause),
  await valuesSection(columns.ends, pause),
  ...[columns.counts, columns.subject, columns.grantor, columns.end].map(numbersSection),
  ...[columns.grantedAt, columns.position].map(numbersSection),
];

export const readEdgeColumns = (reader: SectionReader): EdgeColumns => ({
  relations: reader.values(),
  subjects: reader.values(),
  grantors: reader.values(),
  ends: reader.values(),
  counts: reader.integers(),
  subject: reader.integers(),
  grantor: reader.integers(),
  end: reader.integers(),
  grantedAt: reader.floats(),
  position: reader.floats(),
});
