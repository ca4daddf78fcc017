import { createHash } from 'node:crypto';
import { Graph } from '@rollcall/authorization/graph';
import type { Tuple } from '@rollcall/authorization/tuple';
import { accessWorld, largeWorld, model } from '../access-world.ts';
import { pinSelf } from '../pin.ts';
import type { Row } from '../report.ts';
import { inTurn } from '../rounds.ts';

const now = Date.now();
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const mark = { revision: 1, epoch: 'bench' };

/** One JSON text for each tuple, as a log of events would have them. */
const eventsOf = (tuples: readonly Tuple[]): readonly string[] =>
  tuples.map((tuple, n) => JSON.stringify({ position: n + 1, at: now, type: 'tuple_written', data: tuple }));

const replay = (graph: Graph, events: readonly string[]): Graph => {
  for (const event of events) graph.write(JSON.parse(event).data);
  return graph;
};

const milliseconds = (act: () => Graph, question: Tuple): number => {
  const began = performance.now();
  if (!act().check(question.user, question.relation, question.object, now)) throw new Error('a tuple was lost');
  return performance.now() - began;
};

export const measure = async (): Promise<Row> => {
  pinSelf('measured');
  const { tuples } = accessWorld(largeWorld);
  const half = tuples.filter((_, n) => n % 2 === 0);
  const events = eventsOf(half);
  const tail = events.slice(Math.floor(events.length * 0.99));
  const body = replay(new Graph(model), events.slice(0, events.length - tail.length)).toSnapshot(mark, digest);
  const all = replay(new Graph(model), eventsOf(tuples)).toSnapshot(mark, digest);
  const question = half[half.length - 1] ?? { user: '', relation: '', object: '' };
  const load = (bytes: Uint8Array) => Graph.fromSnapshot(model, bytes, digest).graph;
  const values = await inTurn({
    ours: async () => milliseconds(() => replay(load(body), tail), question),
    replay: async () => milliseconds(() => replay(new Graph(model), events), question),
    large: async () => milliseconds(() => load(all), question),
  });
  pinSelf('other');
  return {
    number: 13,
    title: 'Boot of a live cache',
    about: `From bytes in memory to the first right answer, its SHA-256 included: ${half.length.toLocaleString('en')} tuples as a snapshot of 99 % of them and events for the rest.`,
    comparisons: [
      {
        what: 'snapshot and tail',
        unit: 'ms',
        ours: values.ours,
        baseline: 'all events replayed by the same code',
        theirs: values.replay,
        target: { atMost: 1 / 15 },
      },
    ],
    floors: [{ what: 'snapshot of a million tuples', unit: 'ms', ours: values.large, target: { atMost: 1_000 } }],
  };
};
