import { addressKey } from '@rollcall/service-kit/client-address';
import { testEnvironment } from '@rollcall/testing/service-under-test';
import { describe, expect, it } from 'vitest';
import { clientAddress, isLocalPeer } from './client.ts';
import { toConfig } from './config.ts';

const config = toConfig({
  ...testEnvironment('gateway', 'postgres://unused'),
  TRUSTED_PROXIES: '10.0.0.0/8,fd00::/8',
});
const from = (remoteAddress: string) => ({ socket: { remoteAddress } });

describe('the address of a client (N24)', () => {
  it.each([
    ['is that of the connection', '203.0.113.7', null, '203.0.113.7'],
    ['is not what a stranger says', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['is what a trusted proxy says', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['is the last one that no trusted proxy has', '10.0.0.1', '1.1.1.1, 198.51.100.1, 10.0.0.2', '198.51.100.1'],
    ['is not what the client put in front', '10.0.0.1', '127.0.0.1, 198.51.100.1', '198.51.100.1'],
    ['is the first hop when all are trusted', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['may be IPv6', 'fd00::1', '2001:db8::1', '2001:db8::1'],
    ['is one, however it is spelled', '::ffff:203.0.113.7', null, '203.0.113.7'],
    ['is one for a proxy, however it is spelled', '::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ])('%s', (_, peer, forwardedFor, expected) => {
    expect(clientAddress(config, from(peer), forwardedFor)).toBe(expected);
  });

  it.each([
    '203.0.113.7',
    '203.0.0161.07',
    '0313.0.0161.07',
    '0xcb.0.0x71.7',
    '0xcb007107',
    '3405803783',
    '203.0.28935',
    '::ffff:203.0.113.7',
    '::FFFF:cb00:7107',
    '0:0:0:0:0:ffff:cb00:7107',
    '0000:0000:0000:0000:0000:ffff:cb00:7107',
    '::0:ffff:203.0.113.7',
  ])('is the same one spelled %s', (spelled) => {
    expect(clientAddress(config, from('10.0.0.1'), spelled)).toBe('203.0.113.7');
  });

  it.each(['10.0.0.2', '012.0.0.2', '0xa000002', '167772162', '::ffff:10.0.0.2', '::FFFF:a00:2'])(
    'is not that of a trusted proxy that is spelled %s',
    (proxy) => expect(clientAddress(config, from('10.0.0.1'), `203.0.113.7, ${proxy}`)).toBe('203.0.113.7'),
  );

  it.each(['', ' ', 'x', '1.2.3', '1.2.3.4.5', '999.1.1.1', '1.2.3.4:80', '[::1]', "1.1.1.1';--", '\u0000', ','])(
    'that cannot be read (%j) is no better than an unknown one',
    (garbage) => {
      const address = clientAddress(config, from('10.0.0.1'), garbage);
      expect(['unknown', '1.2.0.3']).toContain(address);
    },
  );

  it.each([
    ['203.0.113.7', '::ffff:203.0.113.7'],
    ['2001:db8:0:1::1', '2001:0db8:0000:0001:ffff:ffff:ffff:ffff'],
    ['2001:DB8:0:1::', '2001:db8:0:1:0:0:0:2'],
  ])('%s and %s are counted as one', (one, other) => {
    expect(addressKey(one)).toBe(addressKey(other));
  });

  it('of another /64 is another', () => {
    expect(addressKey('2001:db8:0:1::1')).not.toBe(addressKey('2001:db8:0:2::1'));
  });
});

describe('a neighbour', () => {
  const local = (peer: string, headers: Record<string, string> = {}) =>
    isLocalPeer({ incoming: from(peer) } as never, new Headers(headers));

  it.each(['127.0.0.1', '::1', '10.1.2.3', '172.16.0.1', '192.168.1.1', 'fd12::1', 'fe80::1', '::ffff:10.1.2.3'])(
    'is %s',
    (peer) => expect(local(peer)).toBe(true),
  );

  it.each(['203.0.113.7', '8.8.8.8', '2001:db8::1', '172.32.0.1', '', 'x', '0.0.0.0', '::ffff:8.8.8.8'])(
    'is not %j',
    (peer) => expect(local(peer)).toBe(false),
  );

  it('is not made by a header, only unmade', () => {
    expect(local('8.8.8.8', { 'x-forwarded-for': '127.0.0.1' })).toBe(false);
    expect(local('127.0.0.1', { 'x-forwarded-for': '127.0.0.1' })).toBe(false);
  });

  it('is nobody of whom no connection is known', () => {
    expect(isLocalPeer(undefined, new Headers())).toBe(false);
  });
});
