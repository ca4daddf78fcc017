import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createLogger } from '@rollcall/service-kit/logging';
import { OutgoingHttp } from '@rollcall/service-kit/outgoing-http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BreachLookup, createBreachLookup } from './breach-lookup.ts';

const log = createLogger('auth', 'silent');
const leaked = 'a password that has leaked';
const digest = createHash('sha1').update(leaked).digest('hex').toUpperCase();

let said: { status: number; text: string };
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(`${request.url} ${request.headers['add-padding']}`);
  response.writeHead(said.status).end(said.text);
});
let outgoing: OutgoingHttp;
let base: string;
let hasLeaked: BreachLookup;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  outgoing = new OutgoingHttp({ privateHosts: new Set([host]) });
  base = `http://${host}/range/`;
  hasLeaked = createBreachLookup(outgoing, base, log);
});
afterAll(async () => {
  await outgoing.close();
  server.close();
});
beforeEach(() => {
  asked.length = 0;
  const others = ['0018A45C4D1DEF81644B54AB7F969B88D65:3', '00D4F6E8FA6EECAD2A3AA415EEC418D38EC:2'];
  said = { status: 200, text: [...others, `${digest.slice(5)}:7`].join('\r\n') };
});

describe('looking for a password among those that leaked', () => {
  it('finds it, and tells five digits of its digest and nothing else', async () => {
    expect(await hasLeaked(leaked)).toBe(true);
    expect(asked).toEqual([`/range/${digest.slice(0, 5)} true`]);
  });

  it('finds no other, and none that is there to fill up the answer', async () => {
    expect(await hasLeaked('a password of nobody')).toBe(false);
    said.text = `${digest.slice(5)}:0`;
    expect(await hasLeaked(leaked)).toBe(false);
  });

  it.each([
    ['fails', { status: 503, text: '' }],
    ['sends elsewhere', { status: 302, text: '' }],
    ['answers something else', { status: 200, text: '<html>' }],
  ])('keeps nobody from a password when the service %s', async (_, answer) => {
    said = answer;
    expect(await hasLeaked(leaked)).toBe(false);
  });

  it('asks nobody unless told', async () => {
    expect(await createBreachLookup(outgoing, undefined, log)(leaked)).toBe(false);
    expect(asked).toEqual([]);
  });
});
