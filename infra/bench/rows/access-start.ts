import { z } from 'zod';
import { pinSelf } from '../pin.ts';
import type { Row } from '../report.ts';
import { startServer } from '../server.ts';

const starter = '../../services/role-permission/src/testing/boot-load.ts';
const times = z.array(z.number());
const figures = z.object({
  ours: times,
  replay: times,
  large: times,
  events: z.number(),
  tuples: z.number(),
  largeTuples: z.number(),
  largeBytes: z.number(),
});

export const measure = async (): Promise<Row> => {
  pinSelf('other');
  // Half a million rows as Postgres gives them are more than Node allows itself by default.
  const environment = { NODE_OPTIONS: '--max-old-space-size=6144' };
  const server = await startServer(starter, { core: 'measured', environment });
  await server.stop();
  const { ours, replay, large, events, tuples, largeTuples, largeBytes } = figures.parse(server.said);
  return {
    number: 13,
    title: 'Boot of a live cache',
    about: `From what the database gives to the first right answer: ${events.toLocaleString('en')} events, which come to ${tuples.toLocaleString('en')} tuples, as a snapshot of 99 % of them, its SHA-256 included, and rows for the rest; the state that commands are decided upon, and the graph that answers.`,
    comparisons: [
      {
        what: 'snapshot and tail',
        unit: 'ms',
        ours,
        baseline: 'all rows replayed by the same code',
        theirs: replay,
        target: { atMost: 1 / 15 },
      },
    ],
    cause:
      'the graph is made anew of the state’s edges, which takes about three quarters of a start; reading and checking the ' +
      'bytes takes the rest. Most of the three quarters is finding the number of every user by its text, and collecting ' +
      'what is made on the way to that.',
    floors: [
      {
        what: `snapshot of ${largeTuples.toLocaleString('en')} tuples, ${(largeBytes / 2 ** 20).toFixed(0)} MB, and its tail`,
        unit: 'ms',
        ours: large,
        target: { atMost: 1_000 },
      },
    ],
  };
};
