import { describe, expect, it } from 'vitest';
import { ownAddress } from './return-to.ts';

const origin = 'https://id.example.com';

describe('where to go on', () => {
  it.each(['/', '/account', '/a/b?c=d&e=%2F#f', '/a/../b', '/@evil.example', '/javascript:alert(1)'])(
    'may be %s',
    (path) => {
      expect(ownAddress(origin, path)?.origin).toBe(origin);
    },
  );

  it.each([
    '',
    'account',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/.//evil.example',
    '/a/..//evil.example',
    '/%2e//evil.example',
    'https://evil.example',
    'https://id.example.com',
    'https://id.example.com.evil.example/',
    'https://id.example.com@evil.example/',
    'https:/evil.example',
    'HTTPS:evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    '/\tevil',
    '/\n/evil.example',
    '/a b',
    '/ev\u0131l',
    '/\u2215evil.example',
    ' /a',
  ])('may not be %j (N26, N27)', (path) => {
    expect(ownAddress(origin, path)).toBeUndefined();
  });
});
