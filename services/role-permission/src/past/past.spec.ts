import { beforeFirst } from '@rollcall/event-store/log';
import { isRefusal } from '@rollcall/types/problems';
import { afterAll, describe, expect, it } from 'vitest';
import { ada, ben, founding, thing } from '../domain/scenario.ts';
import { LiveGraph } from '../live-graph.ts';
import { edgeQueries } from '../store/edge-queries.ts';
import { eventIdOf } from '../store/event-id.ts';
import { logQueries } from '../store/log-queries.ts';
import { postgresLog } from '../store/postgres-log.ts';
import { openLogDatabase } from '../testing/log-database.ts';
import { Past } from './past.ts';

const database = await openLogDatabase();
const { owner } = database;
afterAll(() => database.drop());

/** The same object, and how often its methods were called. */
const counted = <T extends object>(queries: T) => {
  const calls = { count: 0 };
  const of = new Proxy(queries, {
    get: (target, name) => {
      calls.count++;
      return Reflect.get(target, name);
    },
  });
  return { of, calls };
};

/** Puts a story into the log; answers a present that is later than all of it. */
const store = async (story: ReturnType<typeof founding>) => {
  await database.empty();
  const log = postgresLog(owner, 'core');
  const proposed = story.entries.map((entry) => ({ ...entry, id: eventIdOf(entry.commandId, entry.index) }));
  const { epoch } = await log.read(1, 1);
  expect(await log.append({ epoch, head: beforeFirst, headAt: 0, proposed })).toMatchObject({ status: 'appended' });
  return {
    graph: new LiveGraph().present,
    revision: story.state.revision + 1,
    now: story.now,
    origins: async () => () => null,
  };
};

describe('many checks about one moment of the past', () => {
  it('take as many questions to the database as one', async () => {
    const plan = { plan: 'any', seats: null };
    const story = founding().do([ben, { type: 'createOrganization', organizationId: thing(1), name: 'x', plan }]);
    for (let n = 0; n < 20; n++) {
      story.do([ben, { type: 'createTeam', organizationId: thing(1), teamId: thing(10 + n), name: 'x' }]);
    }
    const present = await store(story);
    const asked = async (teams: number): Promise<number> => {
      const edges = counted(edgeQueries(owner, 'core'));
      const events = counted(logQueries(owner, 'core'));
      const checks = Array.from({ length: teams }, (_, n) => ({
        user: `organization:${thing(1)}`,
        object: `team:${thing(10 + n)}`,
      }));
      const moment = await new Past(edges.of, events.of).atFor(story.state.revision, checks, present);
      if (isRefusal(moment)) return expect.fail('it is past');
      for (const { user, object } of checks) {
        expect(moment.graph.check(user, 'organization', object, moment.now)).toBe(true);
      }
      return edges.calls.count + events.calls.count;
    };
    expect(await asked(20)).toBe(await asked(1));
  });
});

describe('a list at a moment of the past', () => {
  it('has what is held everywhere in each organization where anybody was given it then, and nowhere else', async () => {
    const plan = { plan: 'any', seats: null };
    const within = (n: number) => `permission:${thing(n)}/reports.read`;
    const role = { name: 'one', description: 'x', permissions: ['reports.read'], organizationId: thing(1) };
    const story = founding().do(
      [ada, { type: 'createPermission', name: 'reports.read', description: 'x' }],
      [ada, { type: 'createOrganization', organizationId: thing(1), name: 'x', plan }],
      [ada, { type: 'createOrganization', organizationId: thing(2), name: 'x', plan }],
      [ada, { type: 'grantPermission', userId: ben, permission: 'reports.read' }],
    );
    const before = story.state.revision;
    story.do([ada, { type: 'createRole', ...role }]);
    const present = await store(story);
    const past = new Past(edgeQueries(owner, 'core'), logQueries(owner, 'core'));
    for (const user of [`user:${ada}`, `user:${ben}`]) {
      for (const [revision, isThere] of [
        [before, false],
        [story.state.revision, true],
      ] as const) {
        const moment = await past.at(revision, { user }, present);
        if (isRefusal(moment)) return expect.fail('it is past');
        const { items } = moment.graph.listObjects(user, 'holder', 'permission', moment.now);
        expect([user, items.includes('permission:reports.read')]).toEqual([user, true]);
        expect([user, items.includes(within(1))]).toEqual([user, isThere]);
        expect(items).not.toContain(within(2));
      }
    }
  });
});
