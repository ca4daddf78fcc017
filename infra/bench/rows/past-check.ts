import { z } from 'zod';
import { migrateAll } from '../../local/src/preparation.ts';
import { startPlatform } from '../platform.ts';
import type { Row } from '../report.ts';
import { startServer } from '../server.ts';

const asker = '../../services/role-permission/src/testing/past-load.ts';
const figures = z.object({ p50: z.array(z.number()), p99: z.array(z.number()), events: z.number() });

export const measure = async (): Promise<Row> => {
  const platform = await startPlatform();
  await migrateAll(platform.plan);
  const environment = platform.plan.environment['role-permission'];
  const server = await startServer(asker, { core: 'any', environment });
  await Promise.all([server.stop(), platform.stop()]);
  const { p50, p99, events } = figures.parse(server.said);
  return {
    number: 19,
    title: 'A check in the past',
    about: `What somebody was to something at a revision when they were it, one question after the other, of a log of ${events.toLocaleString('en')} events and as many edges, a part of which have ended.`,
    comparisons: [],
    floors: [
      { what: 'half of the checks took', unit: 'ms', ours: p50, target: { atMost: 50 } },
      { what: 'all but a hundredth of them', unit: 'ms', ours: p99, target: { atMost: 50 } },
    ],
  };
};
