import { readFileSync } from 'node:fs';
import { modelJson } from '@rollcall/authorization/dsl';
import type { GuardedGraph } from '@rollcall/authorization/guarded-graph';
import { readModelJson } from '@rollcall/authorization/model-definition';
import { NaiveGraph } from '@rollcall/authorization/testing/naive-graph';
import { textOf } from '@rollcall/authorization/tuple';
import { adminPermission } from '@rollcall/types/permissions';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyWishes } from './domain/arbitrary-wishes.ts';
import { holds } from './domain/holdings.ts';
import { ada, ben, cleo, founding, noon, type Story, thing } from './domain/scenario.ts';
import { LiveGraph } from './live-graph.ts';
import { askers, objectsOf, questions, relations } from './testing/questions.ts';

const definition = readModelJson(modelJson(readFileSync(new URL('../model.fga', import.meta.url), 'utf8')));

const contents = (graph: GuardedGraph) => ({
  tuples: [...graph.graph.tuples()].map((tuple) => JSON.stringify(tuple)).sort(),
  barred: [...graph.barred].sort(),
});
const allowed = (graph: Pick<GuardedGraph, 'check'>, now: number) =>
  questions.filter(({ user, relation, object }) => graph.check(user, relation, object, now)).map(textOf);

/** What makes a permission within an organization the one that is held everywhere. */
const scoped = {
  object: `permission:${thing(100)}/reports.read`,
  relation: 'everywhere',
  user: 'permission:reports.read',
};

type Wishes = readonly { readonly wish: Parameters<Story['try']>[1]; readonly by: string }[];

/** Lets a story go on, and a graph with it; `look` is called after each wish that was not refused. */
const followed = (wishes: Wishes, look: (live: LiveGraph, story: Story) => void): void => {
  const story = founding();
  const live = new LiveGraph();
  live.loaded(story.state);
  for (const [n, { wish, by }] of wishes.entries()) {
    // Some are suspended, and come back.
    if (n % 11 === 5) take(story, live, 'service:deactivation', { type: 'suspendUser', userId: idOf(n) });
    if (n % 11 === 9) take(story, live, 'service:deactivation', { type: 'restoreUser', userId: idOf(n - 4) });
    take(story, live, by, wish);
    look(live, story);
  }
};
const idOf = (n: number): string => askers[n % askers.length]?.slice('user:'.length) ?? '';
const take = (story: Story, live: LiveGraph, by: string, wish: Parameters<Story['try']>[1]): void => {
  const outcome = story.try(by, wish);
  if (!('refused' in outcome)) live.recorded(outcome, story.state);
};

describe('the graph that questions are answered from', () => {
  it('is after every step what a graph made anew of the state is', () => {
    fc.assert(
      fc.property(anyWishes, (wishes) => {
        followed(wishes, (live, { state }) => {
          const anew = new LiveGraph();
          anew.loaded(state);
          expect(contents(live.present)).toEqual(contents(anew.present));
        });
      }),
      { numRuns: 40 },
    );
  });

  it('has a group that several organizations have put people into', () => {
    const [group, one, other] = [thing(401), thing(100), thing(101)];
    const plan = { plan: 'any', seats: null };
    const story = founding().do(
      [ada, { type: 'createGroup', groupId: group, name: 'Staff', description: 'x', kind: 'manageable' }],
      [ada, { type: 'createOrganization', organizationId: one, name: 'x', plan }],
      [ben, { type: 'createOrganization', organizationId: other, name: 'x', plan }],
      [ada, { type: 'addGroupMember', groupId: group, userId: ada, organizationId: one }],
      [ben, { type: 'addGroupMember', groupId: group, userId: ben, organizationId: other }],
    );
    const live = new LiveGraph();
    live.loaded(story.state);
    for (const [user, isIn] of [
      [ada, true],
      [ben, true],
      [cleo, false],
    ] as const) {
      expect(live.present.check(`user:${user}`, 'member', `group:${group}`, story.now)).toBe(isIn);
    }
  });

  it('says after every step who holds what, as the rules have it', () => {
    fc.assert(
      fc.property(anyWishes, fc.nat(200), (wishes, minutes) => {
        followed(wishes, ({ present }, { state, now: then }) => {
          for (const now of [then, noon + minutes * 60_000]) {
            for (const [permission] of state.permissions.entries()) {
              for (const user of askers) {
                const held = holds(state, user.slice('user:'.length), permission, now);
                expect(present.check(user, 'holder', `permission:${permission}`, now)).toBe(held);
              }
            }
          }
        });
      }),
      { numRuns: 20 },
    );
  });

  it('says within an organization who holds what there or everywhere', () => {
    fc.assert(
      fc.property(anyWishes, (wishes) => {
        followed(wishes, ({ present }, { state, now }) => {
          for (const permission of ['reports.read', 'reports.write', adminPermission]) {
            if (!state.permissions.has(permission)) continue;
            for (const user of askers) {
              const held = holds(state, user.slice('user:'.length), permission, now, thing(100));
              expect(present.check(user, 'holder', `permission:${thing(100)}/${permission}`, now)).toBe(held);
            }
          }
        });
      }),
      { numRuns: 20 },
    );
  });

  it('answers every question as its tuples mean it, and nobody who is suspended', () => {
    fc.assert(
      fc.property(anyWishes, (wishes) => {
        let last: { live: LiveGraph; story: Story } | undefined;
        followed(wishes, (live, story) => {
          last = { live, story };
        });
        if (!last) return;
        const { present } = last.live;
        // Held everywhere is held there, whether or not anything was granted there.
        const within = [
          ...new Map([...present.graph.tuples(), scoped].map((tuple) => [textOf(tuple), tuple])).values(),
        ];
        const naive = new NaiveGraph(definition, within, relations.map(([type]) => type).flatMap(objectsOf));
        const { now } = last.story;
        const meant = questions.filter(
          ({ user, relation, object }) => !present.barred.has(user) && naive.check(user, relation, object, now),
        );
        expect(allowed(present, now)).toEqual(meant.map(textOf));
      }),
      { numRuns: 25 },
    );
  });

  it('lists the objects and the users for whom check says yes, and no others (N48)', () => {
    fc.assert(
      fc.property(anyWishes, (wishes) => {
        followed(wishes, ({ present }, { now }) => {
          for (const [type, relation] of relations) {
            for (const user of askers) {
              // Within an organization only what was granted there is listed.
              const isListed = (object: string) => object !== scoped.object || present.graph.has(scoped);
              const yes = objectsOf(type).filter(
                (object) => isListed(object) && present.check(user, relation, object, now),
              );
              const { items } = present.listObjects(user, relation, type, now);
              expect(items.filter((object) => objectsOf(type).includes(object))).toEqual(yes);
              for (const object of items) expect(present.check(user, relation, object, now)).toBe(true);
            }
            for (const object of objectsOf(type)) {
              const yes = askers.filter((user) => present.check(user, relation, object, now));
              expect(present.listUsers(object, relation, 'user', now).items).toEqual(yes);
            }
          }
        });
      }),
      { numRuns: 8 },
    );
  });
});
