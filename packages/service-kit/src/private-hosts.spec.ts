import { describe, expect, it } from 'vitest';
import { hostAndPort, privateHosts } from './private-hosts.ts';

const read = (text: string | undefined) => [...privateHosts.parse(text)];

describe('OUTGOING_PRIVATE_HOSTS', () => {
  it('is empty unless told', () => {
    expect(read(undefined)).toEqual([]);
  });

  it('takes exact hosts with their ports, in any spelling', () => {
    expect(read('LocalHost:8081, 10.0.0.7:443,[::1]:09000')).toEqual(['localhost:8081', '10.0.0.7:443', '[::1]:9000']);
    expect(read('0x7f.1:80')).toEqual(['127.0.0.1:80']);
  });

  it.each([
    '*',
    '*:443',
    '*.example.com:443',
    'localhost',
    'localhost:*',
    '10.0.0.0/8:443',
    'https://a:443',
    'a:70000',
    'a@b:1',
  ])('takes no %s', (text) => {
    expect(privateHosts.safeParse(text).success).toBe(false);
  });

  it('is compared with the host and the port that a URL leads to', () => {
    expect(hostAndPort(new URL('http://LOCALHOST/x'))).toBe('localhost:80');
    expect(hostAndPort(new URL('https://localhost'))).toBe('localhost:443');
    expect(hostAndPort(new URL('https://[0::1]:9000/'))).toBe('[::1]:9000');
  });
});
