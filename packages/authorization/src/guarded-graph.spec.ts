import { describe, expect, it } from 'vitest';
import { InvalidQuestion, InvalidTuple } from './errors.ts';
import { GuardedGraph } from './guarded-graph.ts';
import { graphOf, tuple } from './testing/compiled.ts';

const types = `
type user
type team
  relations
    define member: [user]
type badge
  relations
    define bearer: [user, team#member]
`;
const tuples = ['team:red#member@user:ann', 'team:red#member@user:bea', 'badge:blue#bearer@team:red#member'];
const guarded = (...barred: readonly string[]) => new GuardedGraph(graphOf(types, tuples), { barred });
const now = 1_000;

describe('whoever is barred', () => {
  const graph = guarded('user:bea');

  it('is in no relation to anything, in whatever way it is asked', () => {
    expect(graph.check('user:bea', 'member', 'team:red', now)).toBe(false);
    expect(graph.check('user:bea', 'bearer', 'badge:blue', now)).toBe(false);
    expect(graph.listObjects('user:bea', 'bearer', 'badge', now)).toEqual({ items: [] });
    expect(graph.listUsers('badge:blue', 'bearer', 'user', now).items).toEqual(['user:ann']);
    expect(graph.explain('user:bea', 'bearer', 'badge:blue', now)).toEqual({
      allowed: false,
      missing: [],
      barred: true,
    });
  });

  it('takes nothing from anybody else', () => {
    expect(graph.check('user:ann', 'bearer', 'badge:blue', now)).toBe(true);
    expect(graph.check('team:red#member', 'bearer', 'badge:blue', now)).toBe(true);
    expect(graph.listObjects('user:ann', 'bearer', 'badge', now).items).toEqual(['badge:blue']);
    expect(graph.explain('user:ann', 'bearer', 'badge:blue', now).allowed).toBe(true);
  });

  it('is told as anybody is that a question means nothing', () => {
    expect(() => graph.check('user:bea', 'owner', 'team:red', now)).toThrow(InvalidQuestion);
    expect(() => graph.listObjects('user:bea', 'bearer', 'hat', now)).toThrow(InvalidQuestion);
    expect(() => graph.explain('user:bea', 'bearer', 'hat:x', now)).toThrow(InvalidQuestion);
  });

  it('fills no page of a list in vain', () => {
    const page = guarded('user:ann').listUsers('team:red', 'member', 'user', now, { limit: 1 });
    expect(page.items).toEqual(['user:bea']);
  });
});

it('whoever has no use for reasons is not allowed what means nothing, and what is allowed all the same', () => {
  const graph = guarded('user:bea');
  const allowed = (user: string, relation: string, object: string) => graph.allows(user, relation, object, now);
  expect(allowed('user:ann', 'bearer', 'badge:blue')).toBe(true);
  expect(allowed('user:bea', 'bearer', 'badge:blue')).toBe(false);
  expect(allowed('user:ann', 'owner', 'team:red')).toBe(false);
  expect(allowed('user:ann', 'bearer', 'hat:x')).toBe(false);
});

describe('changes', () => {
  it('come about in their order, as often as they come', () => {
    const graph = guarded();
    const write = { write: tuple('team:red#member@user:cyd'), validUntil: 2_000 };
    graph.apply([write, { bar: 'user:ann' }, write, { bar: 'user:bea' }, { unbar: 'user:ann' }]);
    graph.apply([{ remove: tuple('badge:blue#bearer@team:red#member') }]);
    expect([...graph.barred]).toEqual(['user:bea']);
    expect(graph.check('user:cyd', 'member', 'team:red', 1_999)).toBe(true);
    expect(graph.check('user:cyd', 'member', 'team:red', 2_000)).toBe(false);
    expect(graph.check('user:ann', 'member', 'team:red', now)).toBe(true);
    expect(graph.check('user:ann', 'bearer', 'badge:blue', now)).toBe(false);
  });

  it('that the model does not allow are refused', () => {
    expect(() => guarded().apply([{ write: tuple('badge:blue#bearer@badge:red') }])).toThrow(InvalidTuple);
  });

  it('leave alone the list that it was made of', () => {
    const barred = new Set(['user:ann']);
    new GuardedGraph(graphOf(types, []), { barred }).apply([{ unbar: 'user:ann' }]);
    expect(barred.size).toBe(1);
  });
});

describe('an object that nothing names', () => {
  const standIn = (object: string) => (object === 'badge:azure' ? 'badge:blue' : undefined);
  const graph = new GuardedGraph(graphOf(types, tuples), { standIn });

  it('is asked about by its stand-in, in whatever way', () => {
    expect(graph.check('user:ann', 'bearer', 'badge:azure', now)).toBe(true);
    expect(graph.listUsers('badge:azure', 'bearer', 'user', now).items).toEqual(['user:ann', 'user:bea']);
    expect(graph.explain('user:ann', 'bearer', 'badge:azure', now).allowed).toBe(true);
    expect(graph.check('user:ann', 'bearer', 'badge:green', now)).toBe(false);
  });

  it('is asked about itself as soon as a tuple names it, and no longer', () => {
    const named = tuple('badge:azure#bearer@user:cyd');
    graph.apply([{ write: named }]);
    expect(graph.check('user:ann', 'bearer', 'badge:azure', now)).toBe(false);
    graph.apply([{ remove: named }]);
    expect(graph.check('user:ann', 'bearer', 'badge:azure', now)).toBe(true);
  });
});
