import { createHash } from 'node:crypto';
import { userId } from '@rollcall/types/ids';
import { refuse } from '@rollcall/types/problems';
import { defineRoute } from '@rollcall/types/route-definition';
import { line } from '@rollcall/types/text';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Actor } from './actor.ts';
import { answer, handle, handleSigned } from './call-context.ts';
import { newId } from './identity.ts';
import { createRouteApp } from './route-app.ts';
import { ServiceUnavailableError } from './service-client.ts';
import { signHop } from './service-trust.ts';

const service = 'profile';
const body = z.strictObject({ name: line({ min: 1, max: 10 }), tags: z.array(z.string()).optional() });
const responses = { 200: z.object({ said: z.string() }) };
const base = { service, method: 'POST', summary: 'for specs', rate: 'write', body, responses } as const;

const open = defineRoute({ ...base, operationId: 'open', path: '/open', callers: ['public'] });
const own = defineRoute({
  ...base,
  operationId: 'own',
  path: '/v1/users/:userId/own',
  params: z.object({ userId }),
  callers: ['self', { permission: 'users.manage' }],
});
const ruled = defineRoute({
  ...base,
  operationId: 'ruled',
  path: '/ruled',
  callers: [{ permission: 'users.manage' }],
  openAboutExistence: true,
});
const inner = defineRoute({ ...base, operationId: 'inner', path: '/internal/x', callers: [{ service: 'auth' }] });
const broken = defineRoute({ ...base, operationId: 'broken', path: '/broken', callers: ['public'] });
const cut = defineRoute({ ...base, operationId: 'cut', path: '/cut', callers: ['public'] });
const endless = defineRoute({
  ...base,
  operationId: 'endless',
  path: '/endless',
  callers: ['public'],
  patienceSeconds: 0.05,
});
const page = defineRoute({
  ...base,
  operationId: 'page',
  path: '/page',
  callers: ['public'],
  media: 'text/html',
  responses: { 200: z.string() },
});
const sought = defineRoute({
  ...base,
  operationId: 'sought',
  path: '/sought',
  callers: ['public'],
  query: z.strictObject({ name: line({ max: 10 }).optional() }),
});
const once = defineRoute({ ...base, operationId: 'once', path: '/once', callers: ['public'], idempotent: true });
const signed = defineRoute({ ...base, operationId: 'signed', path: '/signed', callers: [{ signedBy: 'billing' }] });
const missing = defineRoute({
  ...base,
  operationId: 'missing',
  path: '/v1/users/:userId/missing',
  callers: ['user'],
  params: z.object({ userId }),
});

const keyOf = (peer: string) => createHash('sha256').update(peer).digest();
const administrator = userId.parse(newId());

/** What the store of idempotency keys was asked for. */
const claims: { readonly caller: string; readonly digest: string }[] = [];

/** What was logged, line by line. */
const logged: Record<string, unknown>[] = [];

const app = createRouteApp({
  service,
  routes: [
    handle(open, async ({ body }) => answer(200, { said: body.name })),
    handle(own, async ({ params }) => answer(200, { said: params.userId })),
    handle(ruled, async () => answer(200, { said: 'ruled' })),
    handle(inner, async () => answer(200, { said: 'inner' })),
    handle(page, async () => answer(200, '{}')),
    handle(sought, async () => answer(200, { said: 'sought' })),
    handle(once, async () => answer(200, { said: 'once' })),
    handle(missing, async () => refuse('not_found')),
    handleSigned(
      signed,
      ({ headers, body: bytes }) => {
        if (headers.get('webhook-signature') !== 'right') return refuse('signature_invalid');
        return Buffer.from(bytes ?? []).toString() === 'enough' ? answer(200, { said: 'enough' }) : undefined;
      },
      async ({ body }) => answer(200, { said: body.name }),
    ),
    handle(broken, async () => {
      throw new Error('canary-4711');
    }),
    handle(endless, () => new Promise(() => undefined)),
    handle(cut, async () => {
      throw new ServiceUnavailableError('auth', new Error('canary-4711'));
    }),
  ],
  trustKeys: new Map(['gateway', 'auth', 'registration'].map((peer) => [peer, keyOf(peer)])),
  checkPermission: async (id) => id === administrator,
  log: pino({ level: 'debug' }, { write: (line: string) => void logged.push(JSON.parse(line)) }),
  idempotency: {
    claim: async (claim, digest) => {
      claims.push({ caller: claim.caller, digest });
      return { outcome: 'claimed', claim };
    },
    settle: async () => undefined,
    release: async () => undefined,
  },
});

interface Sent {
  readonly path?: string;
  readonly body?: string | Uint8Array;
  readonly actor?: string;
  readonly from?: 'gateway' | 'auth' | 'registration';
  readonly contentType?: string | null;
  readonly ipAddress?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly traceparent?: string;
}

const send = async ({
  path = '/open',
  body = '{"name":"Ada"}',
  actor,
  from = 'gateway',
  contentType,
  ipAddress = '',
  headers: more = {},
  traceparent,
}: Sent) => {
  const bytes = Buffer.from(body);
  const person: Actor | null = actor
    ? {
        userId: userId.parse(actor),
        sessionId: newId() as Actor['sessionId'],
        tokenId: 't',
        authenticatedAt: 0,
        methods: [],
      }
    : null;
  const trace = traceparent === undefined ? {} : { traceparent };
  const context = { requestId: 'fixed', actor: person, ipAddress, userAgent: '', ...trace };
  const signer = { from, to: service, key: keyOf(from) } as const;
  const headers: Record<string, string> = signHop(
    signer,
    { method: 'POST', target: path, body: bytes },
    context,
    Date.now(),
  );
  Object.assign(headers, more);
  if (contentType !== null) headers['content-type'] = contentType ?? 'application/json';
  const response = await app.request(path, { method: 'POST', headers, body: bytes });
  const content: { code?: string; errors: { pointer: string }[] } = JSON.parse(await response.text());
  return { status: response.status, type: response.headers.get('content-type'), body: content };
};

describe('every route', () => {
  it('answers what its handler does', async () => {
    expect(await send({})).toMatchObject({ status: 200, body: { said: 'Ada' } });
  });

  it('is told by the log with the ids of the request and its trace, refused or not', async () => {
    const ids = { requestId: 'fixed', traceId: '0af7651916cd43dd8448eb211c80319c' };
    const traceparent = `00-${ids.traceId}-b7ad6b7169203331-01`;
    for (const [path, status] of [
      ['/open', 200],
      ['/ruled', 401],
      ['/cut', 503],
    ] as const) {
      logged.length = 0;
      expect(await send({ path, traceparent })).toMatchObject({ status });
      expect(logged).toMatchObject([ids]);
      expect(JSON.stringify(logged)).not.toContain('Ada');
    }
  });

  it('refuses whoever comes without a signature', async () => {
    const response = await app.request('/open', { method: 'POST', body: '{"name":"Ada"}' });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: 'untrusted_hop' });
  });

  it('refuses people that do not come through the gateway', async () => {
    expect(await send({ from: 'auth' })).toMatchObject({ status: 403, body: { code: 'untrusted_hop' } });
  });
});

describe('callers', () => {
  const me = newId();

  it('must be signed in where a route is not public', async () => {
    expect(await send({ path: '/ruled' })).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  it('may act on themselves, by id or as me', async () => {
    expect(await send({ path: `/v1/users/${me}/own`, actor: me })).toMatchObject({ status: 200, body: { said: me } });
    expect(await send({ path: '/v1/users/me/own', actor: me })).toMatchObject({ status: 200, body: { said: me } });
  });

  it('may act on others with the permission', async () => {
    expect(await send({ path: `/v1/users/${me}/own`, actor: administrator })).toMatchObject({ status: 200 });
  });

  it('are told the very same about what they may not touch and what is not there', async () => {
    const forbidden = await send({ path: `/v1/users/${newId()}/own`, actor: me });
    const absent = await send({ path: `/v1/users/${newId()}/missing`, actor: me });
    expect(forbidden.status).toBe(404);
    expect(forbidden).toEqual(absent);
  });

  it('are told that they may not where the route is no secret', async () => {
    expect(await send({ path: '/ruled', actor: me })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });

  it('of internal routes are the named services alone', async () => {
    expect(await send({ path: '/internal/x', from: 'auth' })).toMatchObject({ status: 200 });
    expect(await send({ path: '/internal/x', from: 'registration' })).toMatchObject({ status: 403 });
    expect(await send({ path: '/internal/x', from: 'gateway', actor: administrator })).toMatchObject({ status: 403 });
  });
});

describe('a route whose callers sign', () => {
  const headers = { 'webhook-signature': 'right' };
  const unsigned = { status: 401, body: { code: 'signature_invalid' } };

  it('reads nothing of a request that is not signed, whoever is signed in', async () => {
    for (const body of ['{"name":"Ada"}', '{"name":7}', '{']) {
      expect(await send({ path: '/signed', body })).toMatchObject(unsigned);
      expect(await send({ path: '/signed', body, actor: administrator })).toMatchObject(unsigned);
    }
  });

  it('answers one that is signed, nobody signed in, and judges its input as ever', async () => {
    expect(await send({ path: '/signed', headers })).toMatchObject({ status: 200, body: { said: 'Ada' } });
    expect(await send({ path: '/signed', headers, body: '{' })).toMatchObject({ body: { code: 'malformed_json' } });
    expect(await send({ path: '/signed', headers, from: 'auth' })).toMatchObject({ body: { code: 'untrusted_hop' } });
  });

  it('may be answered by its bytes alone', async () => {
    expect(await send({ path: '/signed', headers, body: 'enough' })).toMatchObject({ body: { said: 'enough' } });
  });

  it('does not start where nothing checks what they sign', () => {
    const unchecked = [handle(signed, async () => answer(200, { said: 'anything' }))];
    const log = pino({ level: 'silent' });
    const options = { service, trustKeys: new Map(), checkPermission: async () => true, log } as const;
    expect(() => createRouteApp({ ...options, routes: unchecked })).toThrow('signatures of signed');
  });
});

describe('bad input', () => {
  it.each([
    ['a wrong type', '{"name":7}', '/body/name'],
    ['a missing field', '{}', '/body/name'],
    ['an unknown field', '{"name":"Ada","age":3}', '/body/age'],
    ['__proto__', '{"name":"Ada","__proto__":{"x":1}}', '/body/__proto__'],
    ['a NUL', '{"name":"A\\u0000"}', '/body/name'],
    ['a lone surrogate', '{"name":"A\\ud800"}', '/body/name'],
    ['a line break in a name', '{"name":"A\\r\\nBcc: x"}', '/body/name'],
    ['too long a text', `{"name":"${'x'.repeat(11)}"}`, '/body/name'],
    ['an array for an object', '[]', '/body'],
    ['a bad element', '{"name":"Ada","tags":["a",1]}', '/body/tags/1'],
    ['deep nesting', `{"name":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, '/body/name'],
  ])('%s is a 400 that names the field', async (_, sent, pointer) => {
    const { status, type, body } = await send({ body: sent });
    expect({ status, type }).toEqual({ status: 400, type: 'application/problem+json' });
    expect(body.errors[0]?.pointer).toBe(pointer);
  });

  it.each(['', '{', '{"name":', 'null0', Buffer.from([0x7b, 0xff, 0x7d])])(
    'what is not JSON is malformed_json: %j',
    async (sent) => {
      expect(await send({ body: sent })).toMatchObject({ status: 400, body: { code: 'malformed_json' } });
    },
  );

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=iso-8859-1',
    'application/json; charset="utf-16"',
    'application/json;charset=utf-8;charset=latin1',
    null,
  ])('of the type %s is not read', async (contentType) => {
    expect(await send({ contentType })).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
  });

  it.each(['application/json; charset=utf-8', 'application/json;charset="UTF-8"', 'application/merge-patch+json; a=b'])(
    'of the type %s is read',
    async (contentType) => {
      expect(await send({ contentType })).toMatchObject({ status: 200 });
    },
  );

  it.each(['gzip', 'br', 'identity, gzip', 'x'])('that is packed with %s is not unpacked', async (packed) => {
    const answered = await send({ headers: { 'content-encoding': packed } });
    expect(answered).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
    expect(await send({ headers: { 'content-encoding': 'Identity' } })).toMatchObject({ status: 200 });
  });

  it.each([
    ['/open', 'no query'],
    ['/sought', 'another query'],
    ['/v1/users/me/own', 'no query'],
  ])('is a query parameter that the route does not declare: %s has %s', async (path) => {
    const { status, body } = await send({ path: `${path}?include=foo`, actor: administrator });
    expect({ status, errors: body.errors }).toEqual({
      status: 400,
      errors: [{ pointer: '/query/include', detail: 'is not a known field' }],
    });
  });

  it('is no query parameter of a page, whose link may have been decorated on its way', async () => {
    expect(await send({ path: '/page?utm_source=mail' })).toMatchObject({ status: 200 });
  });

  it('over the limit is refused before anything is done with it', async () => {
    const sent = JSON.stringify({ name: 'x'.repeat(70_000) });
    expect(await send({ body: sent })).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
  });

  it('in a path is named', async () => {
    const { status, body } = await send({ path: '/v1/users/42/own', actor: newId() });
    expect({ status, pointer: body.errors[0]?.pointer }).toEqual({ status: 400, pointer: '/path/userId' });
  });
});

describe('failures', () => {
  it('of our own are a 500 that says nothing of why', async () => {
    const { status, body } = await send({ path: '/broken' });
    expect({ status, code: body.code }).toEqual({ status: 500, code: 'internal_error' });
    expect(JSON.stringify(body)).not.toContain('canary');
  });

  it('of a dependency are a 503', async () => {
    const { status, body } = await send({ path: '/cut' });
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'unavailable' });
    expect(JSON.stringify(body)).not.toContain('canary');
  });
});

describe('a handler that waits for what never comes', () => {
  it('is waited for no longer than its route says, and then it is a 503', async () => {
    const { status, body } = await send({ path: '/endless' });
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'unavailable' });
  });
});

describe('a request with an Idempotency-Key', () => {
  const claimed = async (sent: Sent) => {
    await send({ path: '/once', ...sent, headers: { 'idempotency-key': 'k', ...sent.headers } });
    const claim = claims.at(-1);
    if (!claim) throw new Error('nothing was claimed');
    return claim;
  };

  it('leaves nothing of an anonymous caller’s address in the store', async () => {
    const { caller } = await claimed({ ipAddress: '203.0.113.77' });
    expect(caller).not.toContain('203.0.113');
    expect(caller).not.toContain(createHash('sha256').update('203.0.113.77').digest('hex'));
  });

  it('is the same anonymous caller’s by their address', async () => {
    const { caller } = await claimed({ ipAddress: '203.0.113.77' });
    expect((await claimed({ ipAddress: '203.0.113.77' })).caller).toBe(caller);
    expect((await claimed({ ipAddress: '203.0.113.78' })).caller).not.toBe(caller);
  });

  it('is another one with another body or another If-Match', async () => {
    const digests = [
      await claimed({}),
      await claimed({}),
      await claimed({ headers: { 'if-match': '"1"' } }),
      await claimed({ headers: { 'if-match': '"2"' } }),
      await claimed({ body: '{"name":"Eve"}' }),
    ].map(({ digest }) => digest);
    expect(digests[0]).toBe(digests[1]);
    expect(new Set(digests).size).toBe(4);
  });
});
