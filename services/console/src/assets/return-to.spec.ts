import { expect, it } from 'vitest';
import { clientAddress, interactionIn, placeToGo } from './return-to.js';

const origin = 'https://people.example.com';
const usual = `${origin}/account/security`;

it.each(['/', '/account/security', '/device?code=1#here', '/a/b?next=https://evil.example', '/%2f%2fevil.example'])(
  'goes on to a page of our own: %s',
  (asked) => {
    expect(placeToGo(asked, origin)).toBe(`${origin}${asked}`);
  },
);

it.each([
  null,
  '',
  'account',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  '/\tjavascript:alert(1)',
  'data:text/html,x',
  'https://evil.example/',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/account\\..\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '\t//evil.example',
  '%2f%2fevil.example',
  '%5cevil.example',
  'javascript%3aalert(1)',
  '@evil.example',
  '.evil.example',
])('goes nowhere else, whatever the address asks for (N27): %j', (asked) => {
  expect(placeToGo(asked, origin)).toBe(usual);
});

it('a path that comes out as two slashes stays with our own host', () => {
  for (const asked of ['/.//evil.example', '/x/..//evil.example', '/%2e//evil.example']) {
    expect(new URL(placeToGo(asked, origin)).origin).toBe(origin);
  }
});

it('takes the name of a request only for a name', () => {
  const of = (uid: string) => interactionIn(new URLSearchParams({ interaction: uid }));
  expect(of('V1StGXR8_Z5jdHi6B-myT')).toBe('V1StGXR8_Z5jdHi6B-myT');
  for (const uid of ['', '../sessions', 'a/b', 'a?b', '%2e', 'x'.repeat(65)]) expect(of(uid), uid).toBeUndefined();
});

it('an application has an address of its own, and none that would run here (N27)', () => {
  for (const address of ['https://app.example/cb?code=1', 'com.example.app:/cb', 'http://127.0.0.1:9/cb']) {
    expect(clientAddress(address, origin)).toBe(address);
  }
  expect(clientAddress('/oidc/auth/abc', origin)).toBe(`${origin}/oidc/auth/abc`);
  for (const address of ['javascript:alert(1)', ' JaVaScRiPt:alert(1)', 'java\nscript:alert(1)', 'data:text/html,x']) {
    expect(() => clientAddress(address, origin), address).toThrow();
  }
});
