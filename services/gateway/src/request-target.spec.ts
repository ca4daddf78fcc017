import { describe, expect, it } from 'vitest';
import { readTarget } from './request-target.ts';

describe('a path', () => {
  it.each([
    '/',
    '/livez',
    '/v1/users/me',
    '/.well-known/jwks.json',
    '/v1/permissions/a.b_c-d',
    '/v1/permissions/a%20b',
    '/v1/permissions/%C3%A9',
    '/v1/a:b@c,d=e',
  ])('%s is taken as it stands', (path) => {
    expect(readTarget(path)).toEqual({ path, search: '' });
    expect(new URL(path, 'http://x').pathname).toBe(path);
  });

  it.each([
    '',
    '*',
    'v1/users',
    'http://evil.example/v1/users',
    '//v1/users/me',
    '/v1//users',
    '/v1/users/',
    '/./v1',
    '/v1/../internal/x',
    '/v1/..',
    '/v1/..;/x',
    '/v1;x=1/users',
    '/v1/%2e%2e/internal/x',
    '/v1/.%2E/x',
    '/v1/..%2fx',
    '/v1/..%5cx',
    '/v1\\users',
    '/v1/%252e%252e/x',
    '/v1/%25',
    '/v1/%76',
    '/%69nternal/readiness',
    '/v1/users%00',
    '/v1/users%0d%0a',
    '/v1/%',
    '/v1/%zz',
    '/v1/%ff',
    '/v1/%c0%ae%c0%ae/x',
    '/v1/a b',
    '/v1/a#b',
    '/v1/\u00e9',
  ])('%j has another spelling, and is none', (path) => {
    expect(readTarget(path)).toBeUndefined();
  });
});

describe('a query', () => {
  it.each([
    '',
    '?',
    '?a=1&b=%20',
    "?a='x'",
    '?a="x"',
    '?a=<x>',
    '?a=b c',
    '?a=\u00e9',
    '?a=1#b',
    '?a?b=//../',
    '?a=%zz',
  ])('%j is what the service will read too', (search) => {
    const target = readTarget(`/v1/x${search}`);
    const seenByService = new URL(`/v1/x${target?.search}`, 'http://x');
    expect(target?.path).toBe('/v1/x');
    expect(seenByService.search).toBe(target?.search);
    expect(new URL(`/v1/x${search}`, 'http://x').search).toBe(target?.search);
  });
});
