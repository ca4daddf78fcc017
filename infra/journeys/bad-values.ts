/** A value that some part of a system has choked on, and what it is. */
export interface BadValue {
  readonly what: string;
  readonly value: unknown;
}

const bad = (what: string, value: unknown): BadValue => ({ what, value });

const nested = (depth: number): unknown => {
  let value: unknown = [];
  for (let n = 0; n < depth; n++) value = [value];
  return value;
};

/** What no text field of any route takes. */
export const neverText: readonly BadValue[] = [
  bad('a NUL', 'before\u0000after'),
  bad('a lone high surrogate', 'before\ud800after'),
  bad('a lone low surrogate', '\udc00'),
  bad('40,000 letters', 'a'.repeat(40_000)),
  bad('600 emoji', '🦊'.repeat(600)),
  bad('a number', 7),
  bad('a boolean', true),
  bad('a list', ['text']),
  bad('an empty list', []),
  bad('an object', { text: 'text' }),
  bad('an object that looks like text', { toString: 'text', length: 4 }),
  bad('a query operator', { $ne: null }),
  bad('lists in lists', nested(2_000)),
];

/** What some text fields take: a password may hold line breaks, a description may be empty. */
export const doubtfulText: readonly BadValue[] = [
  bad('nothing', ''),
  bad('blanks', '   '),
  bad('a line break', 'first\r\nRCPT TO:<second@example.com>'),
  bad('300 emoji', '🦊'.repeat(300)),
  bad('a right-to-left override', 'abc\u202edef'),
  bad('markup', '<img src=x onerror=alert(1)>'),
  bad('a quote', "'; drop table users; --"),
  bad('a name of Object.prototype', '__proto__'),
  bad('another name of Object.prototype', 'constructor'),
];

export const neverBoolean: readonly BadValue[] = [
  bad('the word', 'true'),
  bad('a number', 1),
  bad('a list', [true]),
  bad('an object', {}),
];

export const neverNumber: readonly BadValue[] = [
  bad('a word', 'seven'),
  bad('a list', [7]),
  bad('an object', {}),
  bad('a fraction', 1.5),
  bad('a huge number', 1e308),
];

export const neverObject: readonly BadValue[] = [
  bad('text', 'text'),
  bad('a number', 7),
  bad('a list', []),
  bad('a list with an object', [{}]),
];

/** Of lists of texts or of objects. */
export const neverList: readonly BadValue[] = [
  bad('text', 'text'),
  bad('a number', 7),
  bad('an object', {}),
  bad('an object that looks like a list', { length: 1, 0: 'text' }),
  bad('a list with a number', [7]),
  bad('a list with null', [null]),
  bad('a list in a list', [[]]),
  bad('10,000 nulls', Array(10_000).fill(null)),
];

/** Neither a revision nor an instant. */
export const neverMoment: readonly BadValue[] = [
  bad('a boolean', true),
  bad('a list', [1]),
  bad('an object', {}),
  bad('a fraction', 1.5),
  bad('a negative number', -1),
  bad('a huge number', 1e308),
  bad('a word', 'yesterday'),
  bad('a NUL', '1\u0000'),
  bad('40,000 digits', '9'.repeat(40_000)),
];

/** Of a dictionary of short texts under the names of systems. */
export const neverDictionary: readonly BadValue[] = [
  ...neverObject,
  bad('a key that is no name', { 'Not A Name': 'x' }),
  bad('an empty key', { '': 'x' }),
  bad('a key with a NUL', { 'a\u0000b': 'x' }),
  bad('a key of Object.prototype', JSON.parse('{"__proto__":"x"}')),
  bad('an object of Object.prototype', JSON.parse('{"__proto__":{"isAdmin":true}}')),
  bad('a NUL', { crm: 'a\u0000b' }),
  bad('a lone surrogate', { crm: '\ud800' }),
  bad('a line break', { crm: 'a\r\nb' }),
  bad('a number', { crm: 7 }),
  bad('an object', { crm: {} }),
  bad('300 emoji', { crm: '🦊'.repeat(300) }),
];

/** In a query, percent-encoded; none is a number from 1 to 200. */
export const neverLimit: readonly string[] = [
  '',
  '0',
  '-1',
  '201',
  '1.5',
  'NaN',
  'Infinity',
  '1e9',
  '9'.repeat(400),
  'ten',
  '5abc',
  '0b',
  '%00',
  '1%00',
  '1,2',
  '[1]',
  'null',
  '%F0%9F%A6%8A',
];

/** In a query, percent-encoded, for any field of text. */
export const neverQueryText: readonly string[] = ['%00', 'a%00b', 'a%0D%0Ab', '%F0%9F%A6%8A'.repeat(300)];

const cursor = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Of the right alphabet, and no list's. */
export const forgedCursors: readonly string[] = [
  '',
  'not-a-cursor',
  'AAAA',
  cursor({}),
  cursor(null),
  cursor([]),
  cursor('text'),
  cursor(7),
  cursor([null]),
  cursor([7]),
  cursor([{ $gt: '' }]),
  cursor([['nested']]),
  cursor(['a\u0000b']),
  cursor(["' or 1=1 --"]),
  cursor(['x'.repeat(300)]),
  // Larger than what Postgres holds as a number.
  cursor(['9'.repeat(300)]),
  cursor(['one', 'two', 'three']),
  cursor(['2026-01-01T00:00:00.000Z', "x'::uuid or true--"]),
  cursor(['not an instant', '01980000-0000-7000-8000-000000000001']),
  cursor(['9999999-01-01T00:00:00.000Z', '01980000-0000-7000-8000-000000000001']),
  `${cursor(['a'])}${'A'.repeat(600)}`,
];

/** In a path, percent-encoded, where an id stands. */
export const neverId: readonly string[] = [
  '7',
  'null',
  'undefined',
  '__proto__',
  'constructor',
  '%00',
  '%ED%A0%80',
  '%FF',
  '%F0%9F%A6%8A',
  "a'--",
  'a%0D%0Ab',
  '01980000-0000-7000-8000-00000000000',
  '01980000-0000-7000-8000-0000000000011',
  '0198000A-0000-7000-8000-000000000001',
  '01980000-0000-0000-8000-000000000001',
  '01980000000070008000000000000001',
  '%7B01980000-0000-7000-8000-000000000001%7D',
  '01980000-0000-7000-8000-000000000001%00',
  'a'.repeat(2_000),
];

/** In a path, percent-encoded, where a permission's name stands. */
export const neverName: readonly string[] = [
  '%00',
  'a%00b',
  'a%20b',
  'a%0D%0Ab',
  'a%2Fb',
  '%ED%A0%80',
  '%FF',
  '%F0%9F%A6%8A',
  "a'--",
  'a'.repeat(101),
];
