import postgres from 'postgres';
import { migrateAll } from '../../local/src/preparation.ts';
import { type Platform, startPlatform } from '../platform.ts';
import type { Row } from '../report.ts';
import { inTurn } from '../rounds.ts';
import { startServer } from '../server.ts';

const writer = '../../services/role-permission/src/testing/append-load.ts';
const inFlight = 256;

/** How many events a second writers, each a process of its own, have acknowledged together. */
const perSecond = async ({ plan }: Platform, writers: readonly Readonly<Record<string, string>>[]): Promise<number> => {
  // Every measurement begins with an empty log: a writer reads it first, and indexes grow.
  const owner = postgres(plan.databaseOwnerUrl, { max: 1, onnotice: () => undefined });
  await owner`truncate role_permission.events, role_permission.edges`;
  await owner.end();
  const started = await Promise.all(
    writers.map((more) =>
      startServer(writer, { core: 'any', environment: { ...plan.environment['role-permission'], ...more } }),
    ),
  );
  await Promise.all(started.map((server) => server.stop()));
  return started.reduce((sum, { said }) => sum + Number(said), 0);
};

export const measure = async (): Promise<Row> => {
  const platform = await startPlatform();
  await migrateAll(platform.plan);
  const half = { WRITER: 'loop', CLIENTS: `${inFlight / 2}` };
  const values = await inTurn({
    one: () => perSecond(platform, [{ WRITER: 'loop', CLIENTS: `${inFlight}` }]),
    two: () => perSecond(platform, [half, half]),
    single: () => perSecond(platform, [{ WRITER: 'single' }]),
  });
  await platform.stop();
  const unit = '/s';
  return {
    number: 10,
    title: 'Durable append',
    about: `Events of the access log, acknowledged once Postgres has synced them, ${inFlight} commands in flight; with the rows of edges and the keys that go with them. Writers, Postgres and NATS share all cores.`,
    comparisons: [
      {
        what: 'events by one writer',
        unit,
        ours: values.one,
        baseline: 'the same statement with one event in it, 16 at once',
        theirs: values.single,
        target: { atLeast: 4 },
      },
      {
        what: 'events by two writers, half of the commands each',
        unit,
        ours: values.two,
        baseline: 'one writer',
        theirs: values.one,
        target: { atLeast: 0.5 },
      },
    ],
  };
};
