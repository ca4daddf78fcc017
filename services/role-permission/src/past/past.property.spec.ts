import type { GuardedGraph } from '@rollcall/authorization/guarded-graph';
import { textOf } from '@rollcall/authorization/tuple';
import { beforeFirst } from '@rollcall/event-store/log';
import { isRefusal } from '@rollcall/types/problems';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { anyWishes } from '../domain/arbitrary-wishes.ts';
import type { RecordedAccessEvent } from '../domain/events.ts';
import { founding, type Story } from '../domain/scenario.ts';
import { LiveGraph } from '../live-graph.ts';
import type { Moment } from '../moment.ts';
import { edgeQueries } from '../store/edge-queries.ts';
import { eventIdOf } from '../store/event-id.ts';
import { logQueries } from '../store/log-queries.ts';
import { postgresLog } from '../store/postgres-log.ts';
import { openLogDatabase } from '../testing/log-database.ts';
import { askers, objectsOf, questions, relations } from '../testing/questions.ts';
import { Past } from './past.ts';

/** So many histories, each asked about at so many moments; `npm run faults` has more of them. */
const histories = Number(process.env.FAULTS_HISTORIES ?? 4);
const moments = 4;

const database = await openLogDatabase();
const { owner } = database;
afterAll(() => database.drop());

/** Puts a story into the log, a command at a time, with the times that the story has. */
const store = async (entries: readonly RecordedAccessEvent[]): Promise<void> => {
  await database.empty();
  const log = postgresLog(owner, 'core');
  const { epoch } = await log.read(1, 1);
  let [head, headAt] = [beforeFirst, 0];
  for (let from = 0; from < entries.length; ) {
    const { commandId, at } = entries[from] ?? expect.fail();
    const own = entries.slice(from).filter((entry) => entry.commandId === commandId);
    const proposed = own.map((entry) => ({ ...entry, id: eventIdOf(commandId, entry.index) }));
    const appended = await log.append({ epoch, head, headAt, proposed });
    expect(appended.status).toBe('appended');
    from += own.length;
    head = { position: from, id: proposed.at(-1)?.id ?? '' };
    headAt = at;
    await owner`
      update role_permission.events set at = to_timestamp(${at / 1_000}::double precision)
      where position > ${from - own.length}`;
  }
};

/** What the graph says there: every check, and every list. */
const answersOf = async (
  graphFor: (question: { user?: string; object?: string }) => Promise<[GuardedGraph, number]>,
) => {
  const checks: string[] = [];
  for (const { user, relation, object } of questions) {
    const [graph, now] = await graphFor({ user, object });
    if (graph.check(user, relation, object, now)) checks.push(textOf({ user, relation, object }));
  }
  const lists: unknown[] = [];
  for (const [type, relation] of relations) {
    for (const user of askers) {
      const [graph, now] = await graphFor({ user });
      lists.push([user, relation, type, graph.listObjects(user, relation, type, now).items]);
    }
    for (const object of objectsOf(type)) {
      const [graph, now] = await graphFor({ object });
      lists.push([object, relation, graph.listUsers(object, relation, 'user', now).items]);
    }
  }
  return { checks, lists };
};

type Wishes = readonly { readonly wish: Parameters<Story['try']>[1]; readonly by: string }[];

describe('the past', () => {
  it(
    'is answered as it was when it was the present, whatever came after',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          anyWishes as fc.Arbitrary<Wishes>,
          fc.array(fc.nat(), { minLength: moments, maxLength: moments }),
          async (wishes, chosen) => {
            const story = founding();
            const live = new LiveGraph();
            live.loaded(story.state);
            const asked = new Set(chosen.map((n) => n % wishes.length));
            const recorded = new Map<number, Awaited<ReturnType<typeof answersOf>>>();
            for (const [n, { wish, by }] of wishes.entries()) {
              if (n === 7)
                tried(story, live, { wish: { type: 'suspendUser', userId: idOf(n) }, by: 'service:deactivation' });
              if (n === 30)
                tried(story, live, { wish: { type: 'restoreUser', userId: idOf(7) }, by: 'service:deactivation' });
              tried(story, live, { wish, by });
              const at = story.entries.at(-1)?.at ?? 0;
              if (asked.has(n)) recorded.set(story.state.revision, await answersOf(async () => [live.present, at]));
            }
            await store(story.entries);
            const past = new Past(edgeQueries(owner, 'core'), logQueries(owner, 'core'));
            const present: Moment = {
              graph: live.present,
              // One more than there is, so that the last one is asked for as those before.
              revision: story.state.revision + 1,
              now: story.now,
              origins: async () => () => null,
            };
            for (const [revision, answers] of recorded) {
              const known = new Map<string, [GuardedGraph, number]>();
              const then = await answersOf(async (question) => {
                const key = JSON.stringify(question);
                const moment = known.get(key) ?? (await momentOf(past, revision, question, present));
                known.set(key, moment);
                return moment;
              });
              expect(then).toEqual(answers);
              const together = await past.atFor(revision, questions, present);
              if (isRefusal(together)) return expect.fail(`revision ${revision} is refused`);
              const allowed = questions.filter(({ user, relation, object }) =>
                together.graph.check(user, relation, object, together.now),
              );
              expect(allowed.map(textOf)).toEqual(answers.checks);
            }
          },
        ),
        { numRuns: histories },
      );
    },
    30_000 * histories,
  );
});

const idOf = (n: number): string => askers[n % askers.length]?.slice('user:'.length) ?? '';

const tried = (story: Story, live: LiveGraph, { wish, by }: Wishes[number]): void => {
  const outcome = story.try(by, wish);
  if (!isRefusal(outcome)) live.recorded(outcome, story.state);
};

const momentOf = async (
  past: Past,
  revision: number,
  question: { user?: string; object?: string },
  present: Moment,
): Promise<[GuardedGraph, number]> => {
  const moment = await past.at(revision, question, present);
  return isRefusal(moment) ? expect.fail(`revision ${revision} is refused`) : [moment.graph, moment.now];
};
