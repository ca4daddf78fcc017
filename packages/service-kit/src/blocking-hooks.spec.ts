import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { signInPoint } from '@rollcall/types/hook-points';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AskHooks, createBlockingHooks } from './blocking-hooks.ts';
import type { Logger } from './logging.ts';
import { registry } from './metrics.ts';
import { OutgoingHttp } from './outgoing-http.ts';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const data = { userId: 'a canary', methods: ['pwd'], ipAddress: '192.0.2.7', userAgent: 'canary-agent' };

const asked: { readonly path: string; readonly headers: Record<string, string>; readonly body: string }[] = [];
/** By path. */
let answers: Record<string, (response: ServerResponse) => void>;
const server = createServer(async (request, response) => {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const path = request.url ?? '';
  asked.push({ path, headers, body: await text(request) });
  (answers[path] ?? saying({ decision: 'allow' }))(response);
});
const saying = (value: unknown, status = 200) => {
  const body = typeof value === 'string' ? value : JSON.stringify(value);
  return (response: ServerResponse) => void response.writeHead(status).end(body);
};
const hanging = () => undefined;

let outgoing: OutgoingHttp;
let base: string;
const logged: unknown[] = [];
const log = {
  info: (told: object) => logged.push(told),
  warn: (told: object) => logged.push(told),
} as unknown as Logger;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  base = `http://${host}`;
  outgoing = new OutgoingHttp({
    privateHosts: new Set([host]),
    sizeLimit: 1_000,
    atOnce: { inAll: 3, eachHost: 3 },
  });
});
afterAll(async () => {
  await outgoing.close();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked.length = 0;
  logged.length = 0;
  answers = {};
});

const hook = (name: string, more: { whenUnanswered?: 'refuse' | 'allow'; deadlineMilliseconds?: number } = {}) => ({
  ...({
    name,
    point: 'sign_in',
    url: `${base}/${name}`,
    whenUnanswered: 'refuse',
    deadlineMilliseconds: 3_000,
  } as const),
  ...more,
});
const hooksOf = (...hooks: ReturnType<typeof hook>[]): AskHooks =>
  createBlockingHooks({ hooks, secrets: new Map(hooks.map(({ name }) => [name, secret])), outgoing });

describe('asking a hook', () => {
  it('is signed so that the library of its specification verifies it, with a point, an id, a time and the data', async () => {
    await hooksOf(hook('gate'))(signInPoint, data, log);
    const [{ headers, body }] = asked as [(typeof asked)[number]];
    expect(new Webhook(secret).verify(body, headers)).toEqual({
      point: 'sign_in',
      id: headers['webhook-id'],
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      data,
    });
    const another = new Webhook(`whsec_${randomBytes(32).toString('base64')}`);
    expect(() => another.verify(body, headers)).toThrow();
    expect(() => new Webhook(secret).verify(body.replace('pwd', 'mfa'), headers)).toThrow();
  });

  it('answers what it says, and whose answer it is', async () => {
    answers['/gate'] = saying({ decision: 'deny', because: 'of something' });
    expect(await hooksOf(hook('gate'))(signInPoint, data, log)).toEqual({
      hook: 'gate',
      answer: { decision: 'deny' },
    });
  });

  it('is told to the log and counted, without anything of what was sent or said', async () => {
    answers['/gate'] = saying({ decision: 'canary' });
    await hooksOf(hook('gate'), hook('other'))(signInPoint, data, log);
    answers['/gate'] = saying({ decision: 'deny' });
    await hooksOf(hook('gate'))(signInPoint, data, log);
    expect(logged).toMatchObject([
      { hook: 'gate', point: 'sign_in', outcome: 'unanswered', reason: 'malformed' },
      { hook: 'gate', point: 'sign_in', outcome: 'deny' },
    ]);
    expect(JSON.stringify(logged)).not.toContain('canary');
    expect(await registry.metrics()).toContain(
      'rollcall_hook_duration_seconds_count{hook="gate",point="sign_in",outcome="deny"}',
    );
  });

  it('asks nobody of another point, or of none', async () => {
    const elsewhere = { ...hook('gate'), point: 'authentication' };
    expect(
      await createBlockingHooks({ hooks: [elsewhere], secrets: new Map([['gate', secret]]), outgoing })(
        signInPoint,
        data,
        log,
      ),
    ).toBeUndefined();
    expect(asked).toEqual([]);
  });
});

describe('several hooks on one point', () => {
  it('are asked in order until one denies', async () => {
    answers['/two'] = saying({ decision: 'deny' });
    const settled = await hooksOf(hook('one'), hook('two'), hook('three'))(signInPoint, data, log);
    expect(settled).toMatchObject({ hook: 'two', answer: { decision: 'deny' } });
    expect(asked.map(({ path }) => path)).toEqual(['/one', '/two']);
  });

  it('are asked until one allows, where that settles it', async () => {
    answers['/one'] = saying({ decision: 'deny' });
    const either = { ...signInPoint, settledBy: 'allow' } as const;
    const settled = await hooksOf(hook('one'), hook('two'), hook('three'))(either, data, log);
    expect(settled).toMatchObject({ hook: 'two' });
    expect(asked.map(({ path }) => path)).toEqual(['/one', '/two']);
  });

  it('go on without one that does not have to answer, and not without one that has to', async () => {
    answers['/one'] = saying('', 500);
    const ask = (whenUnanswered: 'refuse' | 'allow') =>
      hooksOf(hook('one', { whenUnanswered }), hook('two'))(signInPoint, data, log);
    expect(await ask('allow')).toMatchObject({ hook: 'two' });
    expect(await ask('refuse')).toMatchObject({ refused: 'hook_unavailable', retryAfterSeconds: 10 });
  });
});

describe('no answer', () => {
  it.each([
    ['is no JSON', saying('<html>'), 'malformed'],
    ['is empty', saying(''), 'malformed'],
    ['decides something else', saying({ decision: 'maybe' }), 'malformed'],
    ['is a list', saying([{ decision: 'allow' }]), 'malformed'],
    ['is another status', saying({ decision: 'allow' }, 201), 'status 201'],
    ['is a failure', saying({ decision: 'allow' }, 500), 'status 500'],
    ['sends elsewhere', (r: ServerResponse) => void r.writeHead(307, { location: '/other' }).end(), 'redirected'],
    ['is too large', saying({ decision: 'allow', more: 'x'.repeat(2_000) }), 'too_large'],
    ['is broken off', (r: ServerResponse) => void r.socket?.destroy(), 'unreachable'],
    ['never comes', hanging, 'too_slow'],
  ])('it is when it %s', async (_, answer, reason) => {
    answers['/gate'] = answer;
    const ask = (whenUnanswered: 'refuse' | 'allow') =>
      hooksOf(hook('gate', { whenUnanswered, deadlineMilliseconds: 200 }))(signInPoint, data, log);
    expect(await ask('refuse')).toMatchObject({ refused: 'hook_unavailable' });
    expect(await ask('allow')).toBeUndefined();
    expect(logged).toMatchObject([{ reason }, { reason }]);
    expect(asked.map(({ path }) => path)).toEqual(['/gate', '/gate']);
  });

  it('keeps the room of a hook that hangs to itself: who comes then is answered at once', async () => {
    answers['/gate'] = hanging;
    const ask = hooksOf(hook('gate', { deadlineMilliseconds: 1_000 }));
    const waiting = [1, 2, 3].map(() => ask(signInPoint, data, log));
    await vi.waitFor(() => expect(asked).toHaveLength(3));
    expect(await ask(signInPoint, data, log)).toMatchObject({ refused: 'hook_unavailable' });
    expect(logged).toMatchObject([{ reason: 'too_many' }]);
    await Promise.all(waiting);
  });
});
