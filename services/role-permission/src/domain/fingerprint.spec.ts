import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyWishes } from './arbitrary-wishes.ts';
import type { RecordedAccessEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { linesOf } from './fingerprint.ts';
import { founding, type Story, stateAfter } from './scenario.ts';
import { initialState } from './state.ts';

/** The same, read back from where the parts of an object are kept in another order. */
const reordered = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(reordered);
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, part]) => [name, reordered(part)] as const)
      .reverse(),
  );
};
const readBack = ({ entries }: Story) => entries.map((entry) => reordered(entry) as RecordedAccessEvent);

describe('the lines of a state', () => {
  it('are the same whether it was lived or read back', () => {
    fc.assert(
      fc.property(anyWishes, (wishes) => {
        const story = founding();
        for (const { wish, by } of wishes) story.try(by, wish);
        const state = readBack(story).reduce(evolve, initialState());
        expect([...linesOf(state)]).toEqual([...linesOf(story.state)]);
      }),
      { numRuns: 60 },
    );
  });

  it('are others once anything is other than it was', () => {
    const story = founding();
    const { teams } = story.state;
    const id = '0190b0a0-0000-7000-8000-000000000100';
    const states = [
      story.state,
      stateAfter([]),
      { ...story.state, revision: 1 },
      { ...story.state, teams: teams.set(id, { organizationId: id, name: 'one', createdAt: 1, updatedAt: 1 }) },
      { ...story.state, teams: teams.set(id, { organizationId: id, name: 'two', createdAt: 1, updatedAt: 1 }) },
      { ...story.state, teams: teams.set(id, { organizationId: id, name: 'two', createdAt: 1, updatedAt: 2 }) },
    ];
    expect(new Set(states.map((state) => [...linesOf(state)].join('\n'))).size).toBe(states.length);
  });
});
