import { describe, expect, it } from 'vitest';
import { InvalidQuestion, InvalidTuple } from './errors.ts';
import { graphOf } from './testing/compiled.ts';

const types = 'type user\ntype folder\n  relations\n    define viewer: [user]';
const now = 0;

describe('ids are taken exactly as they are (N50)', () => {
  it.each([
    ['case', 'admin', 'Admin'],
    ['Unicode spelling', 'caf\u00e9', 'cafe\u0301'],
    ['what comes after', 'ann', 'ann.'],
    ['what looks alike', 'ann', '\u0430nn'],
  ])('those that differ by %s are different, for users and objects, wherever they are asked for', (_, one, other) => {
    const graph = graphOf(types, [`folder:${one}#viewer@user:${one}`]);
    expect(graph.check(`user:${one}`, 'viewer', `folder:${one}`, now)).toBe(true);
    expect(graph.check(`user:${other}`, 'viewer', `folder:${one}`, now)).toBe(false);
    expect(graph.check(`user:${one}`, 'viewer', `folder:${other}`, now)).toBe(false);
    expect(graph.listObjects(`user:${other}`, 'viewer', 'folder', now).items).toEqual([]);
    expect(graph.listObjects(`user:${one}`, 'viewer', 'folder', now).items).toEqual([`folder:${one}`]);
    expect(graph.listUsers(`folder:${one}`, 'viewer', 'user', now).items).toEqual([`user:${one}`]);
    graph.remove({ user: `user:${other}`, relation: 'viewer', object: `folder:${one}` });
    expect(graph.size).toBe(1);
  });

  it.each([
    '',
    ' ',
    'a b',
    'ann ',
    'ann\n',
    'a\u00a0b',
    'a\u0000',
    'a:b',
    'a#b',
    '\ud800',
    'x'.repeat(300),
    '\u20ac'.repeat(90),
  ])('%j is refused wherever it comes', (id) => {
    const graph = graphOf(types, ['folder:a#viewer@user:ann']);
    const bad = `folder:${id}`;
    expect(() => graph.write({ user: 'user:ann', relation: 'viewer', object: bad })).toThrow(InvalidTuple);
    expect(() => graph.write({ user: `user:${id}`, relation: 'viewer', object: 'folder:a' })).toThrow(InvalidTuple);
    expect(() => graph.check('user:ann', 'viewer', bad, now)).toThrow(InvalidQuestion);
    expect(() => graph.check(`user:${id}`, 'viewer', 'folder:a', now)).toThrow(InvalidQuestion);
    expect(() => graph.listObjects(`user:${id}`, 'viewer', 'folder', now)).toThrow(InvalidQuestion);
    expect(() => graph.listUsers(bad, 'viewer', 'user', now)).toThrow(InvalidQuestion);
    expect(() => graph.expand(bad, 'viewer', now)).toThrow(InvalidQuestion);
    expect(() => graph.explain('user:ann', 'viewer', bad, now)).toThrow(InvalidQuestion);
  });

  it.each(['a/b', 'a@b.example', '__proto__', 'constructor', '**', '\u20ac', 'x'.repeat(249)])(
    '%j is an id like any other',
    (id) => {
      const graph = graphOf(types, []);
      graph.write({ user: `user:${id}`, relation: 'viewer', object: `folder:${id}` });
      expect(graph.check(`user:${id}`, 'viewer', `folder:${id}`, now)).toBe(true);
      expect([...graph.tuples()]).toEqual([{ user: `user:${id}`, relation: 'viewer', object: `folder:${id}` }]);
    },
  );

  it('one star alone is no object', () => {
    const graph = graphOf(types, []);
    expect(() => graph.check('user:ann', 'viewer', 'folder:*', now)).toThrow(InvalidQuestion);
    expect(() => graph.write({ user: 'user:ann', relation: 'viewer', object: 'folder:*' })).toThrow(InvalidTuple);
  });
});
