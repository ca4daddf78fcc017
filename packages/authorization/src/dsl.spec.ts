import { describe, expect, it } from 'vitest';
import { compileModel, modelJson } from './dsl.ts';
import { ModelError } from './errors.ts';
import { Model } from './model.ts';
import { readModelJson } from './model-definition.ts';
import { dsl } from './testing/compiled.ts';

const compile = (types: string) => () => compileModel(dsl(types));

describe('a model in the language of OpenFGA', () => {
  it('means the same when it is read from its JSON form', () => {
    const text = dsl(`
type user
type folder
  relations
    define parent: [folder, user]
    define owner: [user]
    define blocked: [user, user:*]
    define editor: ([user] or owner) and owner
    define viewer: ([user, folder#viewer] or editor or viewer from parent) but not blocked
`);
    const read = Model.from(readModelJson(JSON.parse(JSON.stringify(modelJson(text)))));
    expect(read.text).toBe(compileModel(text).text);
    expect(read.type('folder')?.relation('viewer')?.stratum).toBe(1);
  });

  it('keeps parentheses and their order', () => {
    const viewer = compileModel(
      dsl(
        'type user\ntype f\n  relations\n    define a: [user]\n    define b: [user]\n    define v: [user] and (a or b)',
      ),
    )
      .type('f')
      ?.relation('v');
    expect(viewer?.rewrite).toMatchObject({
      kind: 'intersection',
      operands: [{ kind: 'this' }, { kind: 'union', operands: [{ kind: 'computed' }, { kind: 'computed' }] }],
    });
  });
});

describe('a model is refused, with the line and the cause, if', () => {
  it('it is not written in the language', () => {
    expect(compile('type user\ntype f\n  relations\n    define a [user]')).toThrow(/^line 6: /);
  });

  it('it mentions what it does not have', () => {
    expect(compile('type user\ntype f\n  relations\n    define a: [ghost]')).toThrow(/^line 6: .*ghost/);
    expect(compile('type user\ntype f\n  relations\n    define a: [user] or b')).toThrow(/^line 6: .*b/);
  });

  it('a relation depends on itself through what it excludes', () => {
    expect(
      compile('type user\ntype f\n  relations\n    define a: [user] but not b\n    define b: [user, f#a]'),
    ).toThrow(
      new ModelError('depends on itself through the right side of "but not"', { type: 'f', relation: 'a', line: 6 }),
    );
  });

  it('it has conditions', () => {
    expect(
      compile('type user\ntype f\n  relations\n    define a: [user with c]\n\ncondition c(x: int) {\n  x > 1\n}'),
    ).toThrow('conditions are not supported');
  });
});

describe('the JSON form is refused if', () => {
  const withRelation =
    (rewrite: unknown, types: unknown = [{ type: 'user' }]) =>
    () =>
      Model.from(
        readModelJson({
          schema_version: '1.1',
          type_definitions: [
            { type: 'user' },
            {
              type: 'f',
              relations: { a: rewrite, p: { this: {} } },
              metadata: {
                relations: {
                  a: { directly_related_user_types: types },
                  p: { directly_related_user_types: [{ type: 'user' }] },
                },
              },
            },
          ],
        }),
      );

  it('it is not of the known schema', () => {
    expect(() => readModelJson({ schema_version: '1.2', type_definitions: [] })).toThrow('only schema 1.1 is known');
    expect(() => readModelJson(null)).toThrow(ModelError);
    expect(() => readModelJson({ schema_version: '1.1', type_definitions: {} })).toThrow(ModelError);
  });

  it('an operator is unknown, missing or empty', () => {
    expect(withRelation({ xor: {} })).toThrow('f#a: the operator "xor" is not known');
    expect(withRelation({})).toThrow('f#a: one operator is needed at a time');
    expect(withRelation({ union: { child: [] } })).toThrow('f#a: an operator without operands');
  });

  it('its parts do not go together', () => {
    expect(withRelation({ this: {} }, [])).toThrow('f#a: its tuples and whom they may name do not go together');
    expect(withRelation({ computedUserset: { relation: 'p' } })).toThrow('do not go together');
    expect(withRelation({ computedUserset: { relation: 'ghost' } }, [])).toThrow('f#a: there is no relation "f#ghost"');
    const from = (tupleset: string) => ({
      tupleToUserset: { tupleset: { relation: tupleset }, computedUserset: { relation: 'a' } },
    });
    expect(withRelation(from('p'), [])).toThrow('f#a: nothing that "p" names has "a"');
    expect(withRelation(from('a'), [])).toThrow('f#a: "from a" needs a relation whose tuples name objects');
  });
});
