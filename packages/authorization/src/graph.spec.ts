import { describe, expect, it } from 'vitest';
import { InvalidQuestion, InvalidTuple, TooComplex } from './errors.ts';
import { graphOf, tuple } from './testing/compiled.ts';

const types = `
type user
type team
  relations
    define member: [user]
type folder
  relations
    define parent: [folder]
    define banned: [user, user:*]
    define viewer: [user, user:*, team#member, folder#viewer] or viewer from parent
    define reader: viewer but not banned
`;
const now = 1_000;

describe('check', () => {
  it('follows tuples, usersets and parents', () => {
    const graph = graphOf(types, [
      'team:red#member@user:ann',
      'folder:a#viewer@team:red#member',
      'folder:b#parent@folder:a',
    ]);
    expect(graph.check('user:ann', 'viewer', 'folder:b', now)).toBe(true);
    expect(graph.check('user:bob', 'viewer', 'folder:b', now)).toBe(false);
  });

  it('lets a wildcard stand for everybody of its type, known or not, and for nobody else', () => {
    const graph = graphOf(types, ['folder:a#viewer@user:*']);
    expect(graph.check('user:never-seen', 'viewer', 'folder:a', now)).toBe(true);
    expect(graph.check('user:*', 'viewer', 'folder:a', now)).toBe(true);
    expect(graph.check('team:red#member', 'viewer', 'folder:a', now)).toBe(false);
  });

  it('answers for a userset, which is in itself', () => {
    const graph = graphOf(types, ['folder:a#viewer@team:red#member']);
    expect(graph.check('team:red#member', 'viewer', 'folder:a', now)).toBe(true);
    expect(graph.check('folder:x#viewer', 'viewer', 'folder:x', now)).toBe(true);
    expect(graph.check('folder:x#viewer', 'viewer', 'folder:y', now)).toBe(false);
  });

  it('excludes, also everybody', () => {
    const graph = graphOf(types, ['folder:a#viewer@user:*', 'folder:a#banned@user:eve', 'folder:b#viewer@user:ann']);
    expect(graph.check('user:eve', 'reader', 'folder:a', now)).toBe(false);
    expect(graph.check('user:ann', 'reader', 'folder:a', now)).toBe(true);
    graph.write(tuple('folder:b#banned@user:*'));
    expect(graph.check('user:ann', 'reader', 'folder:b', now)).toBe(false);
  });

  it('counts a tuple while now < validUntil', () => {
    const graph = graphOf(types, []);
    graph.write(tuple('folder:a#viewer@user:ann'), 1_000);
    expect(graph.check('user:ann', 'viewer', 'folder:a', 999)).toBe(true);
    expect(graph.check('user:ann', 'viewer', 'folder:a', 1_000)).toBe(false);
    graph.write(tuple('folder:a#viewer@user:ann'));
    expect(graph.check('user:ann', 'viewer', 'folder:a', 1_000)).toBe(true);
    expect(graph.size).toBe(1);
  });

  it('denies who or what is not known', () => {
    const graph = graphOf(types, ['folder:a#viewer@user:ann']);
    expect(graph.check('user:ghost', 'viewer', 'folder:a', now)).toBe(false);
    expect(graph.check('user:ann', 'viewer', 'folder:ghost', now)).toBe(false);
    expect(graph.check('user:ghost', 'viewer', 'folder:ghost', now)).toBe(false);
  });

  it('names a type or relation that the model does not have', () => {
    const graph = graphOf(types, ['folder:a#viewer@user:ann']);
    const ask = (user: string, relation: string, object: string) => () => graph.check(user, relation, object, now);
    expect(ask('user:ann', 'viewer', 'file:a')).toThrow(new InvalidQuestion('there is no type "file"'));
    expect(ask('robot:1', 'viewer', 'folder:a')).toThrow(new InvalidQuestion('there is no type "robot"'));
    expect(ask('user:ann', 'editor', 'folder:a')).toThrow(new InvalidQuestion('there is no relation "folder#editor"'));
    expect(ask('team:red#boss', 'viewer', 'folder:a')).toThrow(new InvalidQuestion('there is no relation "team#boss"'));
    expect(ask('user:ann', 'viewer', 'folder:*')).toThrow(InvalidQuestion);
  });
});

describe('however the graph is shaped', () => {
  const depth = 50_000;

  it('a chain of parents may be as long as the work limit allows', () => {
    const graph = graphOf(types, ['folder:0#viewer@user:ann']);
    for (let n = 1; n <= depth; n++) graph.write(tuple(`folder:${n}#parent@folder:${n - 1}`));
    expect(graph.check('user:ann', 'viewer', `folder:${depth}`, now)).toBe(true);
    expect(graph.check('user:bob', 'viewer', `folder:${depth}`, now)).toBe(false);
  });

  it('beyond the limit it is an error and never an answer', () => {
    const graph = graphOf(types, ['folder:0#viewer@user:ann'], { workLimit: 5_000 });
    for (let n = 1; n <= 5_000; n++) graph.write(tuple(`folder:${n}#parent@folder:${n - 1}`));
    expect(() => graph.check('user:ann', 'viewer', 'folder:5000', now)).toThrow(TooComplex);
    expect(() => graph.check('user:ann', 'reader', 'folder:5000', now)).toThrow(TooComplex);
    expect(graph.check('user:ann', 'viewer', 'folder:50', now)).toBe(true);
  });

  it('diamonds upon diamonds cost what there is and not every way through them', () => {
    const graph = graphOf(types, []);
    for (let n = 1; n <= 60; n++) {
      for (const side of ['a', 'b']) {
        for (const other of ['a', 'b']) graph.write(tuple(`folder:${n}${side}#parent@folder:${n - 1}${other}`));
      }
    }
    const began = performance.now();
    expect(graph.check('user:bob', 'viewer', 'folder:60a', now)).toBe(false);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('what is excluded is known before what excludes it is used', () => {
    const graph = graphOf(
      `
type user
type folder
  relations
    define parent: [folder]
    define banned: [user] or banned from parent
    define viewer: [user] or viewer from parent
    define reader: viewer but not banned
`,
      ['folder:0#viewer@user:ann', 'folder:0#viewer@user:eve', 'folder:0#banned@user:eve'],
    );
    for (let n = 1; n <= 3_000; n++) graph.write(tuple(`folder:${n}#parent@folder:${n - 1}`));
    expect(graph.check('user:ann', 'reader', 'folder:3000', now)).toBe(true);
    expect(graph.check('user:eve', 'reader', 'folder:3000', now)).toBe(false);
  });

  it('a cycle grants nothing by itself and hides nothing', () => {
    const graph = graphOf(types, [
      'folder:a#viewer@folder:b#viewer',
      'folder:b#viewer@folder:a#viewer',
      'folder:b#parent@folder:b',
    ]);
    expect(graph.check('user:ann', 'viewer', 'folder:a', now)).toBe(false);
    graph.write(tuple('folder:b#viewer@user:ann'));
    expect(graph.check('user:ann', 'viewer', 'folder:a', now)).toBe(true);
  });

  it('what was not found while its answer was being looked for is looked for again', () => {
    const graph = graphOf(
      `
type user
type n
  relations
    define x: [user, n#y]
    define y: [user, n#x] and z
    define z: [user, n#x]
`,
      ['n:1#x@n:2#y', 'n:2#y@n:1#x', 'n:2#z@n:3#x', 'n:3#x@n:2#y', 'n:3#x@user:ann', 'n:1#x@user:ann'],
    );
    expect(graph.check('user:ann', 'y', 'n:2', now)).toBe(true);
    graph.remove(tuple('n:3#x@user:ann'));
    expect(graph.check('user:ann', 'y', 'n:2', now)).toBe(false);
  });
});

describe('usersets of those who are named', () => {
  const teams = 'type user\ntype team\n  relations\n    define member: [user]';
  const projects = 'type project\n  relations\n    define member: [user, team#member]';

  it('count while both tuples do', () => {
    const graph = graphOf(`${teams}\n${projects}`, []);
    graph.write(tuple('team:red#member@user:ann'), 100);
    graph.write(tuple('project:a#member@team:red#member'), 200);
    graph.write(tuple('team:blue#member@user:bob'), 200);
    graph.write(tuple('project:a#member@team:blue#member'), 100);
    const members = (at: number) => graph.listUsers('project:a', 'member', 'user', at).items;
    for (const at of [99, 100, 199, 200]) {
      const checked = ['user:ann', 'user:bob'].filter((user) => graph.check(user, 'member', 'project:a', at));
      expect(checked).toEqual(at < 100 ? ['user:ann', 'user:bob'] : []);
      expect(members(at)).toEqual(checked);
    }
  });

  it('are found among however many, of however many', () => {
    const graph = graphOf(`${teams}\n${projects}`, []);
    const count = 1_200;
    // Every second team is in the project, so that there is something to pass over on both sides.
    for (let n = 0; n < count; n++) {
      graph.write(tuple(`team:${n}#member@user:only${n}`));
      graph.write(tuple(`${n % 2 === 0 ? 'project:a' : 'project:b'}#member@team:${n}#member`));
      if (n % 2 === 1) graph.write(tuple(`team:${n}#member@user:odd`));
      if (n % 60 === 1 || n === 600) graph.write(tuple(`team:${n}#member@user:some`));
    }
    for (let n = 0; n < count; n++) {
      expect(graph.check(`user:only${n}`, 'member', 'project:a', now)).toBe(n % 2 === 0);
    }
    expect(graph.check('user:odd', 'member', 'project:a', now)).toBe(false);
    expect(graph.check('user:odd', 'member', 'project:b', now)).toBe(true);
    expect(graph.check('user:some', 'member', 'project:a', now)).toBe(true);
    graph.remove(tuple('team:600#member@user:some'));
    expect(graph.check('user:some', 'member', 'project:a', now)).toBe(false);
  });
});

describe('writing', () => {
  it('refuses what the model does not allow, and says what is wrong', () => {
    const graph = graphOf(types, []);
    const write = (text: string) => () => graph.write(tuple(text));
    expect(write('folder:a#reader@user:ann')).toThrow('"reader" follows from others and has no tuples');
    expect(write('folder:a#parent@user:ann')).toThrow('"parent" may name folder, not user');
    expect(write('folder:a#banned@team:red#member')).toThrow('"banned" may name user, user:*, not team#member');
    expect(write('folder:a#viewer@team:red#boss')).toThrow('there is no relation "team#boss"');
    expect(write('file:a#viewer@user:ann')).toThrow('there is no type "file"');
    expect(write('folder:a#viewer@user:')).toThrow(InvalidTuple);
    expect(() => graph.write(tuple('folder:a#viewer@user:ann'), Number.NaN)).toThrow(InvalidTuple);
    expect(graph.size).toBe(0);
  });

  it('is done once however often it is asked for, as is removing', () => {
    const graph = graphOf(types, ['folder:a#viewer@user:ann', 'folder:a#viewer@user:ann']);
    expect(graph.size).toBe(1);
    expect(graph.has(tuple('folder:a#viewer@user:ann'))).toBe(true);
    graph.remove(tuple('folder:a#viewer@user:ann'));
    graph.remove(tuple('folder:a#viewer@user:ann'));
    expect(graph.size).toBe(0);
    expect([...graph.tuples()]).toEqual([]);
  });
});

describe('lists', () => {
  it('are in the order of names, and go on where they ended', () => {
    const graph = graphOf(
      types,
      ['folder:c', 'folder:a', 'folder:b'].map((folder) => `${folder}#viewer@user:ann`),
    );
    const list = (after?: string) =>
      graph.listObjects('user:ann', 'viewer', 'folder', now, after === undefined ? { limit: 2 } : { limit: 2, after });
    expect(list()).toEqual({ items: ['folder:a', 'folder:b'], next: 'folder:b' });
    expect(list('folder:b')).toEqual({ items: ['folder:c'] });
  });

  it('tell everybody as type:*, beside those who are named', () => {
    const graph = graphOf(types, ['folder:a#viewer@user:*', 'folder:a#viewer@user:ann', 'folder:a#banned@user:eve']);
    expect(graph.listUsers('folder:a', 'reader', 'user', now).items).toEqual(['user:*', 'user:ann']);
  });
});

describe('expand', () => {
  it('tells the parts of a relation as OpenFGA does', () => {
    const graph = graphOf(types, [
      'folder:a#viewer@team:red#member',
      'folder:a#viewer@user:*',
      'folder:a#parent@folder:b',
    ]);
    expect(graph.expand('folder:a', 'viewer', now)).toEqual({
      name: 'folder:a#viewer',
      union: {
        nodes: [
          { name: 'folder:a#viewer', leaf: { users: { users: ['team:red#member', 'user:*'] } } },
          {
            name: 'folder:a#viewer',
            leaf: { tupleToUserset: { tupleset: 'folder:a#parent', computed: [{ userset: 'folder:b#viewer' }] } },
          },
        ],
      },
    });
    expect(graph.expand('folder:none', 'reader', now)).toEqual({
      name: 'folder:none#reader',
      difference: {
        base: { name: 'folder:none#reader', leaf: { computed: { userset: 'folder:none#viewer' } } },
        subtract: { name: 'folder:none#reader', leaf: { computed: { userset: 'folder:none#banned' } } },
      },
    });
  });
});
