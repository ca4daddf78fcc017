import { expect, it } from 'vitest';
import { isDevelopersMachine, isLoopbackUrl } from './developers-machine.ts';

it.each([
  'http://localhost:8080',
  'http://LOCALHOST',
  'http://rollcall.localhost',
  'http://127.0.0.1:8080',
  'http://127.8.8.8',
  'http://[::1]:8080',
  'postgres://owner:secret@127.0.0.1:5432/rollcall',
  'postgres://owner:secret@localhost/rollcall',
])('%s is on this machine', (url) => expect(isLoopbackUrl(url)).toBe(true));

it.each([
  'https://people.example',
  'http://localhost.example',
  'http://127.0.0.1.example',
  'http://127.example',
  'http://localhost@people.example',
  'http://0.0.0.0',
  'http://192.168.0.10',
  'postgres://localhost@db.example/rollcall',
  'postgres://localhost,db.example/rollcall',
  'postgres://db.example,a.localhost/rollcall',
  'postgres:///rollcall',
  'localhost',
  '',
])('%s is not known to be', (url) => expect(isLoopbackUrl(url)).toBe(false));

it('a developer’s machine is in development, and all of it here', () => {
  const here = { NODE_ENV: 'development', PUBLIC_URL: 'http://localhost', DATABASE_URL: 'postgres://[::1]/x' } as const;
  expect(isDevelopersMachine(here)).toBe(true);
  expect(isDevelopersMachine({ ...here, NODE_ENV: 'production' })).toBe(false);
  expect(isDevelopersMachine({ ...here, NODE_ENV: 'test' })).toBe(false);
  expect(isDevelopersMachine({ ...here, PUBLIC_URL: 'https://people.example' })).toBe(false);
  expect(isDevelopersMachine({ ...here, DATABASE_URL: 'postgres://db.example/x' })).toBe(false);
});
