import type { Tuple } from '@rollcall/authorization/tuple';
import { Replica } from '@rollcall/event-store/replica';
import { accessDecider } from '../domain/decide/decide.ts';
import type { AccessEvent, RecordedAccessEvent } from '../domain/events.ts';
import type { AccessState } from '../domain/state.ts';
import { userSubject } from '../domain/tuples.ts';
import { LiveGraph } from '../live-graph.ts';
import { type EventRow, recordedOf } from '../store/event-rows.ts';
import { read, written } from '../store/state-form.ts';
import { pauseEvery } from '../store/turns.ts';
import { half, type LogSize, largeLog, largeLogOf } from './large-log.ts';

/**
 * Starts of a replica for `infra/bench`, in a process of its own: it tells in milliseconds how long the first right
 * answer took, each round's, from a snapshot and the tail behind it and from the whole log.
 */
const rounds = 5;
const memory = { recentCommands: 65_536, recentEntries: 16_384 };

const rowOf = ({ position, id, commandId, index, at, event }: RecordedAccessEvent): EventRow => ({
  position: `${position}`,
  id,
  command_id: commandId,
  index,
  type: event.type,
  version: 1,
  subject: event.subject,
  subject_sequence: event.subjectSequence,
  data: JSON.stringify(event.data),
  actor: event.cause.actor,
  correlation_id: event.cause.correlationId,
  causation_id: null,
  traceparent: null,
  at: `${at}`,
});

const replicaOf = (entries: Iterable<RecordedAccessEvent>) => {
  const replica = new Replica<AccessState, AccessEvent>(accessDecider, memory);
  replica.take({ epoch: 1, entries: [] });
  for (const entry of entries) replica.evolve([entry]);
  return replica;
};

/** The form that is kept, of all but the last hundredth; what is behind it as rows. */
const prepare = async (size: LogSize) => {
  const rows: EventRow[] = [];
  for (const entry of largeLogOf(size)) rows.push(rowOf(entry));
  const cut = Math.floor(rows.length * 0.99);
  const bytes = await written(replicaOf(rows.slice(0, cut).map(recordedOf)).snapshot(), pauseEvery(1_000));
  return { rows, tail: rows.slice(cut), bytes: new Uint8Array(bytes) };
};

const startFrom = (rows: readonly EventRow[], bytes?: Uint8Array<ArrayBuffer>): LiveGraph => {
  const replica = new Replica<AccessState, AccessEvent>(accessDecider, memory, bytes && read(bytes));
  replica.evolve(rows.map(recordedOf));
  const graph = new LiveGraph();
  graph.loaded(replica.state);
  return graph;
};

const timed = (start: () => LiveGraph, { user, relation, object }: Tuple): number => {
  const began = performance.now();
  if (!start().present.check(user, relation, object, Date.now())) throw new Error('a tuple was lost');
  return performance.now() - began;
};

/** What the last event, a grant, gave: it is in the tail. */
const questionFor = (rows: readonly EventRow[]): Tuple => {
  const last = rows.at(-1);
  const { permission, organizationId } = JSON.parse(last?.data ?? '{}');
  return {
    user: userSubject(last?.subject ?? ''),
    relation: 'holder',
    object: `permission:${organizationId}/${permission}`,
  };
};

const figures: Record<'ours' | 'replay' | 'large', number[]> = { ours: [], replay: [], large: [] };
const large = await prepare(largeLog).then(({ bytes, tail, rows }) => ({ bytes, tail, question: questionFor(rows) }));
const { rows, tail, bytes } = await prepare(half(largeLog));
const question = questionFor(rows);
for (let round = 0; round <= rounds; round++) {
  const taken = {
    ours: timed(() => startFrom(tail, bytes), question),
    replay: timed(() => startFrom(rows), question),
    large: timed(() => startFrom(large.tail, large.bytes), large.question),
  };
  if (round === 0) continue;
  for (const name of ['ours', 'replay', 'large'] as const) figures[name].push(taken[name]);
  console.error(`round ${round} of ${rounds}: ${JSON.stringify(taken)}`);
}
process.send?.({
  ...figures,
  events: rows.length,
  tuples: startFrom(tail, bytes).present.graph.size,
  largeTuples: startFrom(large.tail, large.bytes).present.graph.size,
  largeBytes: large.bytes.length,
});
