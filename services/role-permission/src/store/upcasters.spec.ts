import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { evolve } from '../domain/evolve.ts';
import { isSuspended } from '../domain/holdings.ts';
import { findPermission, holdersOf, isKnownUser } from '../domain/queries.ts';
import { initialState } from '../domain/state.ts';
import { type EventRow, recordedOf } from './event-rows.ts';
import { upcasters, upToDate, versionOf } from './upcasters.ts';

/** A log as a released version wrote it, and what that version made of it. Never changed. */
interface Frozen {
  readonly rows: readonly EventRow[];
  readonly at: number;
  readonly users: readonly string[];
  readonly suspended: readonly string[];
  readonly descriptions: Readonly<Record<string, string | null>>;
  readonly holders: Readonly<Record<string, readonly (readonly [userId: string, validUntil: string | null])[]>>;
}

const frozen: Frozen = JSON.parse(readFileSync(new URL('fixtures/log-1.json', import.meta.url), 'utf8'));

describe('a log of the first version', () => {
  it('means the same to this one (F31)', () => {
    const state = frozen.rows.map(recordedOf).reduce(evolve, initialState());
    expect(state.revision).toBe(frozen.rows.length);
    for (const user of frozen.users) expect(isKnownUser(state, user)).toBe(true);
    expect(frozen.users.filter((user) => isSuspended(state, user))).toEqual(frozen.suspended);
    const descriptions = Object.keys(frozen.descriptions).map((name) => [
      name,
      findPermission(state, name)?.description ?? null,
    ]);
    expect(Object.fromEntries(descriptions)).toEqual(frozen.descriptions);
    const holders = Object.keys(frozen.holders).map((name) => [
      name,
      [...holdersOf(state, name, frozen.at)].map(({ userId, validUntil }) => [userId, validUntil]),
    ]);
    expect(Object.fromEntries(holders)).toEqual(frozen.holders);
  });

  it('has every type of event in it, in the form of its version', () => {
    const types = new Set(frozen.rows.map(({ type }) => type));
    expect(types.size).toBe(9);
    for (const { type, version } of frozen.rows) expect(version).toBeLessThanOrEqual(versionOf(type));
    expect(Object.keys(upcasters).filter((type) => !types.has(type))).toEqual([]);
  });
});

describe('the data of an event', () => {
  const table = {
    'thing.done': [
      (data: unknown) => ({ ...(data as object), second: true }),
      (data: unknown) => ({ ...(data as object), third: true }),
    ],
  };

  it('goes through every step that came since it was written', () => {
    expect(versionOf('thing.done', table)).toBe(3);
    expect(upToDate('thing.done', 1, { first: true }, table)).toEqual({ first: true, second: true, third: true });
    expect(upToDate('thing.done', 2, { second: true }, table)).toEqual({ second: true, third: true });
    expect(upToDate('thing.done', 3, { third: true }, table)).toEqual({ third: true });
  });

  it('is left as it is when nothing has changed, or when a newer version wrote it', () => {
    expect(versionOf('other.done', table)).toBe(1);
    expect(upToDate('other.done', 1, { a: 1 }, table)).toEqual({ a: 1 });
    expect(upToDate('thing.done', 9, { a: 1 }, table)).toEqual({ a: 1 });
  });
});
