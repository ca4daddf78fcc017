import { Canaries, freshCanary } from '@rollcall/testing/canaries';
import { expect, it } from 'vitest';

const searched = () => {
  const canaries = new Canaries();
  return { canaries, text: canaries.add('secret', 'the password', freshCanary()) };
};

it.each<[string, (text: string) => string]>([
  ['as it is', (text) => text],
  ['in capitals', (text) => text.toUpperCase()],
  ['in hex, as Postgres shows bytes', (text) => `\\x${Buffer.from(text).toString('hex')}`],
  ['in base64', (text) => Buffer.from(text).toString('base64')],
  ['in base64, a byte into it', (text) => Buffer.from(`"${text}"`).toString('base64')],
  ['in base64url, amid a document', (text) => Buffer.from(`{"a":"${text}","b":1}`).toString('base64url')],
])('a planted canary is found %s', (_, written) => {
  const { canaries, text } = searched();
  const line = JSON.stringify({ level: 'debug', msg: `a body came in: ${written(text)}` });
  expect(canaries.seenIn('the log', ['{"msg":"before"}', line, '{"msg":"after"}'])).toMatchObject([
    { canary: 'the password', place: 'the log', excerpt: expect.stringContaining('a body came in') },
  ]);
});

it.each<[string, string, (text: string) => string]>([
  ['percent-encoded', 'ada+canary@example.com', encodeURIComponent],
  ['in a form', 'a canary phrase', (text) => new URLSearchParams({ text }).toString()],
  ['escaped in JSON', 'a "canary" phrase', (text) => JSON.stringify({ text })],
])('a planted canary of other than letters is found %s', (_, text, written) => {
  const canaries = new Canaries();
  canaries.add('personal', 'the value', text);
  expect(canaries.seenIn('a trace', [written(text)])).toHaveLength(1);
});

it('a text without canaries has no sightings, nor has one with canaries of another kind', () => {
  const { canaries, text } = searched();
  expect(canaries.seenIn('the log', [`${text.slice(0, -1)}, ${text.slice(1)}`])).toEqual([]);
  expect(canaries.seenIn('the log', [text], ['personal'])).toEqual([]);
});

it('a value too short to be told from chance is refused', () => {
  expect(() => new Canaries().add('secret', 'the PIN', '1234567')).toThrow('too short');
});
