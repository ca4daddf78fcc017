import type { Sql } from 'postgres';
import { expect } from 'vitest';
import { edgesOf } from '../domain/evolve.ts';
import { coreStream } from '../store/access-stream.ts';
import { edgeRowsOf, type NewEdgeRow } from '../store/edge-rows.ts';
import { postgresLog } from '../store/postgres-log.ts';
import type { Done } from './replica-under-test.ts';

/**
 * Gapless, in order of time, every command once and all of it together, everything there that was told is done in the
 * present epoch, and the table of edges what the events make when they are read anew.
 */
export const expectWhole = async (owner: Sql, told: readonly Pick<Done, 'commandId' | 'epoch' | 'revision'>[]) => {
  const { epoch, entries } = await postgresLog(owner, coreStream).read(1, 1_000_000);
  expect(entries.map(({ position }) => position)).toEqual(entries.map((_, n) => n + 1));
  expect(entries.every(({ at }, n) => at >= (entries[n - 1]?.at ?? 0))).toBe(true);
  expect(entries.filter(({ index, commandId }, n) => index > 0 && entries[n - 1]?.commandId !== commandId)).toEqual([]);
  const begun = entries.filter(({ index }) => index === 0).map(({ commandId }) => commandId);
  expect(new Set(begun).size).toBe(begun.length);
  const positions = new Map(entries.map(({ commandId, position }) => [commandId, position]));
  const wrong = told.filter((done) => done.epoch === epoch && positions.get(done.commandId) !== done.revision);
  expect(wrong).toEqual([]);
  const rebuilt = edgeRowsOf(entries.map(({ position, event }) => ({ position, changes: edgesOf(event) })));
  expect(await edgeLines(owner, entries.length)).toEqual(rebuilt.begun.map(lineOf).sort());
  return { epoch, entries };
};

/** As they stood at a position: somebody may be writing still. */
const edgeLines = async (owner: Sql, position: number): Promise<readonly string[]> => {
  const rows = await owner<NewEdgeRow[]>`
    select object, relation, subject, from_position::int, valid_until,
      case when to_position <= ${position} then to_position::int end as to_position
    from role_permission.edges where stream = ${coreStream} and from_position <= ${position}`;
  return rows.map(lineOf).sort();
};

const lineOf = ({ object, relation, subject, from_position, to_position, valid_until }: NewEdgeRow): string =>
  JSON.stringify([object, relation, subject, from_position, to_position, valid_until]);
