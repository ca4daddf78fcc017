import { describe, expect, it } from 'vitest';
import { describeMissing } from './missing.ts';
import { graphOf, tuple } from './testing/compiled.ts';
import { textOf } from './tuple.ts';

const types = `
type user
type team
  relations
    define member: [user]
type folder
  relations
    define parent: [folder]
    define banned: [user, team#member]
    define viewer: [user, team#member] or viewer from parent
    define reader: viewer but not banned
`;
const now = Date.parse('2030-01-02T00:00:00Z');

const pathsFor = (graph: ReturnType<typeof graphOf>, user: string, relation: string, object: string) => {
  const explanation = graph.explain(user, relation, object, now);
  return explanation.allowed ? explanation.paths.map((path) => path.map(textOf)) : [];
};

const missingFor = (graph: ReturnType<typeof graphOf>, user: string, relation: string, object: string) => {
  const explanation = graph.explain(user, relation, object, now);
  return explanation.allowed ? [] : explanation.missing.map(describeMissing);
};

describe('an explanation of what is allowed', () => {
  it('tells every way, the shortest first, each from the user to the object', () => {
    const graph = graphOf(types, [
      'team:red#member@user:ann',
      'folder:a#viewer@team:red#member',
      'folder:b#parent@folder:a',
      'folder:b#viewer@user:ann',
    ]);
    expect(pathsFor(graph, 'user:ann', 'reader', 'folder:b')).toEqual([
      ['folder:b#viewer@user:ann'],
      ['team:red#member@user:ann', 'folder:a#viewer@team:red#member', 'folder:b#parent@folder:a'],
    ]);
  });

  it('goes round no cycle, and tells at most five ways', () => {
    const teams = Array.from({ length: 9 }, (_, n) => `team:${n}`);
    const graph = graphOf(types, [
      'folder:a#parent@folder:a',
      ...teams.flatMap((team) => [`${team}#member@user:ann`, `folder:a#viewer@${team}#member`]),
    ]);
    const paths = pathsFor(graph, 'user:ann', 'viewer', 'folder:a');
    expect(paths.map((path) => path.length)).toEqual([2, 2, 2, 2, 2]);
  });
});

describe('an explanation of a denial', () => {
  it('says what was looked for', () => {
    const graph = graphOf(types, ['folder:a#viewer@team:red#member']);
    expect(missingFor(graph, 'user:ann', 'viewer', 'folder:a')).toEqual([
      'user:ann is not named as viewer of folder:a',
      'folder:a has no parent',
      'user:ann is not named as member of team:red',
    ]);
  });

  it('says what has ended, and when', () => {
    const graph = graphOf(types, ['folder:a#viewer@team:red#member']);
    graph.write(tuple('team:red#member@user:ann'), Date.parse('2030-01-01T00:00:00Z'));
    expect(missingFor(graph, 'user:ann', 'viewer', 'folder:a')).toContain(
      'team:red#member@user:ann ended at 2030-01-01T00:00:00.000Z',
    );
  });

  it('names the tuples that exclude', () => {
    const graph = graphOf(types, [
      'folder:a#viewer@user:eve',
      'folder:a#banned@team:red#member',
      'team:red#member@user:eve',
    ]);
    expect(missingFor(graph, 'user:eve', 'reader', 'folder:a')).toEqual([
      'excluded from reader of folder:a by team:red#member@user:eve and folder:a#banned@team:red#member',
    ]);
  });

  it('says it of ids that nothing names, too', () => {
    const graph = graphOf(types, []);
    expect(missingFor(graph, 'user:ghost', 'viewer', 'folder:ghost')).toEqual([
      'user:ghost is not named as viewer of folder:ghost',
      'folder:ghost has no parent',
    ]);
  });
});
