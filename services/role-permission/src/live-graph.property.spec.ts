import type { GuardedGraph } from '@rollcall/authorization/guarded-graph';
import { textOf } from '@rollcall/authorization/tuple';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyWishes } from './domain/arbitrary-wishes.ts';
import type { AccessIntent } from './domain/commands.ts';
import { Edges } from './domain/edges.ts';
import { evolve } from './domain/evolve.ts';
import { ada, ben, cleo, dan, founding } from './domain/scenario.ts';
import type { AccessState } from './domain/state.ts';
import { LiveGraph } from './live-graph.ts';
import { columnsOf } from './store/edge-columns.ts';

/** All that a graph holds: the same text is the same graph. */
const told = ({ graph, barred }: GuardedGraph): string =>
  JSON.stringify([
    [...graph.tuples()].map((tuple) => [textOf(tuple), tuple.validUntil ?? null]).sort(),
    [...barred].sort(),
  ]);

const graphFrom = (state: AccessState): GuardedGraph => {
  const live = new LiveGraph();
  live.loaded(state);
  return live.present;
};

interface Wished {
  readonly wish: AccessIntent;
  readonly by: string;
}

/** People come and go as well. */
const suspensions: fc.Arbitrary<Wished> = fc
  .tuple(fc.constantFrom('suspendUser' as const, 'restoreUser' as const), fc.constantFrom(ben, cleo, dan))
  .map(([type, userId]) => ({ wish: { type, userId }, by: type === 'suspendUser' ? 'service:deactivation' : ada }));

const lives = fc
  .tuple(anyWishes, fc.array(fc.tuple(suspensions, fc.nat(80)), { maxLength: 8 }))
  .map(([wishes, more]) => {
    const all: Wished[] = [...wishes];
    for (const [wished, place] of more) all.splice(place % (all.length + 1), 0, wished);
    return all;
  });

describe('the graph that is kept with the log', () => {
  it('is the same of a state that was kept in columns, some of which have changed since', async () => {
    await fc.assert(
      fc.asyncProperty(lives, fc.nat(), async (wishes, cut) => {
        const story = founding();
        const kept = cut % (wishes.length + 1);
        for (const { wish, by } of wishes.slice(0, kept)) story.try(by, wish);
        const edges = Edges.of(await columnsOf(story.state.edges, () => undefined));
        const from = story.entries.length;
        expect(told(graphFrom({ ...story.state, edges }))).toBe(told(graphFrom(story.state)));
        const read = { ...story.state, edges };
        for (const { wish, by } of wishes.slice(kept)) story.try(by, wish);
        const since = story.entries.slice(from).reduce(evolve, read);
        expect(told(graphFrom(since))).toBe(told(graphFrom(story.state)));
      }),
      { numRuns: 60 },
    );
  });

  it('is after each batch what the state says, in whatever batches it comes', () => {
    fc.assert(
      fc.property(lives, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (wishes, sizes) => {
        const story = founding();
        const live = new LiveGraph();
        live.loaded(story.state);
        let from = story.entries.length;
        let left = sizes[0] ?? 1;
        for (const [n, { wish, by }] of wishes.entries()) {
          story.try(by, wish);
          if (--left > 0 && n < wishes.length - 1) continue;
          left = sizes[n % sizes.length] ?? 1;
          live.recorded(story.entries.slice(from), story.state);
          from = story.entries.length;
          expect(told(live.present)).toBe(told(graphFrom(story.state)));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('tells changes that lead there from anywhere within a batch', () => {
    fc.assert(
      fc.property(lives, fc.nat(), (wishes, which) => {
        const story = founding();
        const first = story.entries.length;
        const live = new LiveGraph();
        live.loaded(story.state);
        const states = [story.state];
        for (const { wish, by } of wishes) {
          story.try(by, wish);
          states.push(story.state);
        }
        const changes = live.recorded(story.entries.slice(first), story.state);
        const within = graphFrom(states[which % states.length] ?? story.state);
        within.apply(changes);
        expect(told(within)).toBe(told(graphFrom(story.state)));
      }),
      { numRuns: 60 },
    );
  });
});
