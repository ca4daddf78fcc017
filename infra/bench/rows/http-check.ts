import { newId } from '@rollcall/service-kit/identity';
import { accessWorld, largeWorld } from '../access-world.ts';
import { addressOf, startGateway } from '../gateway.ts';
import { requestsPerSecond } from '../load.ts';
import { startPlatform } from '../platform.ts';
import type { Row } from '../report.ts';
import { inTurn } from '../rounds.ts';
import { startHttpServer } from '../server.ts';

const known = 250;
const inBatch = 100;
/** A tenth of a million tuples. */
const size = { ...largeWorld, users: 10_000, organizations: 100, teams: 1_000, projects: 2_000 };

export const measure = async (): Promise<Row> => {
  const world = accessWorld(size);
  const people = Array.from({ length: known }, () => newId());
  const projectOf = (n: number): string => world.projects[n % world.projects.length] ?? '';
  const own = people.map((id, n) => ({ user: `user:${id}`, relation: 'member', object: projectOf(n) }));
  const tuples = [...world.tuples, ...own];

  const platform = await startPlatform();
  const gateway = await startGateway(platform, tuples);
  const parsing = await startHttpServer('servers/parsing.mjs', { core: 'measured' });
  const tokens = await Promise.all(people.map((id) => gateway.token(id)));
  const headers = (n: number) => ({ 'x-forwarded-for': addressOf(n), authorization: `Bearer ${tokens[n % known]}` });
  // Every other one is about somebody else's project.
  const question = (n: number, nth = 0) => ({
    user: 'user:me',
    relation: 'member',
    object: projectOf(n + nth + (n % 2)),
  });
  const one = (n: number) => JSON.stringify(question(n));
  const many = (n: number) => JSON.stringify({ checks: Array.from({ length: inBatch }, (_, nth) => question(n, nth)) });
  const load = { different: known, headers };
  const values = await inTurn({
    ours: () => requestsPerSecond({ ...load, url: `${gateway.url}/v1/access/check`, body: one }),
    parsing: () => requestsPerSecond({ ...load, url: parsing.url, body: one }),
    batches: async () =>
      inBatch * (await requestsPerSecond({ ...load, url: `${gateway.url}/v1/access/batch-check`, body: many })),
  });
  for (const server of [gateway, parsing]) await server.stop();
  await platform.stop();
  return {
    number: 5,
    title: 'Check over HTTP',
    about:
      `POST /v1/access/check at the gateway as it is shipped, on a core of its own, with rate limits, authentication and security headers; ` +
      `${tuples.length.toLocaleString('en')} tuples, ${known} people who ask about themselves and whose tokens were seen before.`,
    comparisons: [
      {
        what: 'checks, one a request',
        unit: '/s',
        ours: values.ours,
        baseline: 'node:http that reads and parses the same and answers a constant',
        theirs: values.parsing,
        target: { atLeast: 0.5 },
      },
      {
        what: `checks, ${inBatch} a request`,
        unit: '/s',
        ours: values.batches,
        baseline: 'one a request',
        theirs: values.ours,
        target: { atLeast: 15 },
      },
    ],
    floors: [{ what: 'checks, one a request', unit: '/s', ours: values.ours, target: { atLeast: 15_000 } }],
    cause:
      'the check itself and reading the question are a fiftieth of a request. What is told under 16 is what the rest is spent on, less the ' +
      'hop: Request, Response and Headers of the web platform, which read a body as a stream, the token, address and limits, a span and a line of the log.',
  };
};
