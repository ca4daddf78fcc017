import { dictionary } from '@rollcall/types/dictionary';
import { instant, userId } from '@rollcall/types/ids';
import { paging } from '@rollcall/types/paging';
import { email, username } from '@rollcall/types/people';
import { isRefusal } from '@rollcall/types/problems';
import { routeTable } from '@rollcall/types/route-table';
import { line } from '@rollcall/types/text';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseInput } from './input.ts';

const complaints = (schema: z.ZodType, value: unknown): readonly string[] => {
  const parsed = parseInput(schema, value, '/body');
  return isRefusal(parsed) ? (parsed.errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`) : [];
};
const field = (schema: z.ZodType, value: unknown): readonly string[] =>
  complaints(z.strictObject({ a: schema }), value === undefined ? {} : { a: value });

describe('what is wrong with a value is said in our words:', () => {
  it.each<[string, z.ZodType, unknown, string]>([
    ['a missing text', z.string(), undefined, 'is missing'],
    ['a missing object', z.strictObject({}), undefined, 'is missing'],
    ['a missing choice', z.enum(['x', 'y']), undefined, 'is missing'],
    ['a missing form', z.union([z.string(), z.number()]), undefined, 'is missing'],
    ['no text', z.string(), 7, 'must be a string'],
    ['a text that is null', line({ max: 9 }), null, 'must be a string'],
    ['no number', z.number(), '7', 'must be a number'],
    ['no number in a query', paging.limit, 'x', 'must be a number'],
    ['half a number in a query', paging.limit, '1.5', 'must be a whole number'],
    ['a number beyond counting', z.int(), 2 ** 60, `must be at most ${Number.MAX_SAFE_INTEGER}`],
    ['no truth value', z.boolean(), 'true', 'must be true or false'],
    ['no list', z.array(z.string()), {}, 'must be an array'],
    ['no object', z.strictObject({}), [], 'must be an object'],
    ['no dictionary', dictionary(z.string(), z.string()), 'x', 'must be an object'],
    ['too large a number', paging.limit, '201', 'must be at most 200'],
    ['too small a number', paging.limit, '0', 'must be at least 1'],
    ['a number that is not positive', z.number().positive(), 0, 'must be more than 0'],
    ['a number that is not less', z.number().lt(5), 5, 'must be less than 5'],
    ['too long a text', paging.cursor, 'x'.repeat(513), 'must be at most 512 characters'],
    ['too short a text', z.string().min(1), '', 'must be at least 1 character'],
    ['a text of another length', z.string().length(64), 'x', 'must be exactly 64 characters'],
    ['too long a list', z.array(z.string()).max(1), ['', ''], 'must be at most 1 item'],
    ['no instant', instant, 'yesterday', 'must be an ISO 8601 instant in UTC, such as 2030-01-31T12:00:00Z'],
    ['a link that is none', z.url(), 'x', 'must be a URL'],
    ['another beginning', z.string().startsWith('1-'), 'x', 'must begin with 1-'],
    ['another form', z.string().regex(/^x$/), 'y', 'is not of the form it must have'],
    ['no choice', z.enum(['x', 'y']), 'z', 'must be one of "x", "y"'],
    ['no literal', z.literal('x'), 'z', 'must be "x"'],
    ['none of several', z.union([z.string(), z.number()]), true, 'has none of the forms it may have'],
    ['no multiple', z.number().multipleOf(5), 7, 'must be a multiple of 5'],
    ['what nobody explained', z.string().refine(() => false), 'x', 'is not valid'],
  ])('%s', (_, schema, value, complaint) => {
    expect(field(schema, value)).toEqual([`/body/a ${complaint}`]);
  });

  it.each<[string, z.ZodType, unknown]>([
    ['must be a UUID in lower case', userId, 'x'],
    ['must be an e-mail address', email, 'x'],
    ['must be at least 3 characters', username, 'ab'],
  ])('but where the schema says %j, in those', (words, schema, value) => {
    expect(field(schema, value)).toEqual([`/body/a ${words}`]);
  });

  it('a name that a dictionary does not take, by what is wrong with the name', () => {
    const named = z.record(z.string().regex(/^[a-z]+$/, 'must be small letters'), z.string());
    expect(field(named, { A: 'x' })).toEqual(['/body/a/A must be small letters']);
  });

  it('a tag that no form has, by those there are', () => {
    const tagged = z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('x') }),
      z.strictObject({ type: z.literal('y') }),
    ]);
    expect(field(tagged, { type: 'z' })).toEqual(['/body/a/type must be one of "x", "y"']);
    expect(field(tagged, {})).toEqual(['/body/a/type is missing']);
  });

  it('every value of every declared route', () => {
    const junk = [null, 7, Number.NaN, -1, 1e300, 1.5, '', 'x', ' ', 'x'.repeat(100_000), [], [7], {}, { x: 1 }, true];
    const said = routeTable.flatMap(({ body, query, params }) =>
      [body, query, params].flatMap((schema) => {
        if (!schema) return [];
        const inner = schema instanceof z.ZodPipe ? schema.out : schema;
        const names = inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
        const values = junk.flatMap((value) => [value, Object.fromEntries(names.map((name) => [name, value]))]);
        return values.flatMap((value) => complaints(schema, value));
      }),
    );
    expect(said.length).toBeGreaterThan(500);
    const odd = said.filter(
      (text) => !/^\/\S* (?:is|must|may|has)\b/.test(text) || /Invalid|received|expected/.test(text),
    );
    expect([...new Set(odd)]).toEqual([]);
  });
});
