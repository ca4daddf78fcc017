import { describe, expect, it } from 'vitest';
import { domainName, domainOfAddress } from './domain-name.ts';

describe('a domain that can be somebody’s own', () => {
  it.each([
    ['example.com', 'example.com'],
    ['Mail.Example.COM.', 'mail.example.com'],
    ['example.co.uk', 'example.co.uk'],
    ['someone.github.io', 'someone.github.io'],
    ['bücher.example.com', 'xn--bcher-kva.example.com'],
    ['BÜCHER.de', 'xn--bcher-kva.de'],
    ['例え.jp', 'xn--r8jz45g.jp'],
  ])('%s is %s', (text, name) => expect(domainName(text)).toBe(name));

  it.each([
    'com',
    'co.uk',
    'github.io',
    'xn--p1ai',
    'localhost',
    'printer.local',
    'host.internal',
    'example',
    '192.0.2.1',
    '[2001:db8::1]',
    '2130706433',
    '*.example.com',
    '_dmarc.example.com',
    'example.com/path',
    'example.com:53',
    'ada@example.com',
    'exa mple.com',
    'example..com',
    '-a.example.com',
    '',
    '.',
    `${'a'.repeat(64)}.com`,
    `${'a.'.repeat(120)}com`,
  ])('%s is none', (text) => expect(domainName(text)).toBeUndefined());

  it('is that of an address whatever the case of its letters, and what stands before it', () => {
    expect(domainOfAddress('Ada@Example.COM')).toBe('example.com');
    expect(domainOfAddress('example.org@example.com')).toBe('example.com');
  });
});
