import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { HopContext } from './actor.ts';
import { newId } from './identity.ts';
import { contextHeader, type Hop, signHop, trustHeader, verifyHop } from './service-trust.ts';

const key = randomBytes(32);
const now = 1_790_000_000_000;
const context: HopContext = { requestId: 'r1', actor: null, ipAddress: '192.0.2.1', userAgent: 'spec' };
const hop: Hop = { method: 'POST', target: '/internal/things?x=1', body: Buffer.from('{"a":1}') };

const signed = (at = now) => {
  const headers = signHop({ from: 'gateway', to: 'auth', key }, hop, context, at);
  return { trust: headers[trustHeader] ?? null, context: headers[contextHeader] ?? null };
};
const verifier = { self: 'auth', keys: new Map([['gateway', key]]) } as const;

describe('a hop between services', () => {
  it('is trusted as it was signed, and says who it acts for', () => {
    expect(verifyHop(verifier, hop, signed(), now)).toEqual({ from: 'gateway', context });
  });

  it.each([
    ['another method', { ...hop, method: 'PUT' }],
    ['another path', { ...hop, target: '/internal/things?x=2' }],
    ['another body', { ...hop, body: Buffer.from('{"a":2}') }],
    ['no body', { ...hop, body: null }],
  ])('is refused with %s', (_, altered) => {
    expect(verifyHop(verifier, altered, signed(), now)).toBeUndefined();
  });

  it('is refused when somebody else is put in as the acting person', () => {
    const actor = { userId: newId(), sessionId: newId(), tokenId: newId(), authenticatedAt: 0, methods: ['pwd'] };
    const forged = Buffer.from(JSON.stringify({ ...context, actor })).toString('base64url');
    expect(verifyHop(verifier, hop, { ...signed(), context: forged }, now)).toBeUndefined();
  });

  it('is refused at another service than the one it was signed for', () => {
    expect(verifyHop({ ...verifier, self: 'profile' }, hop, signed(), now)).toBeUndefined();
  });

  it('is refused under the key of another pair', () => {
    const keys = new Map([['gateway', randomBytes(32)]]);
    expect(verifyHop({ self: 'auth', keys }, hop, signed(), now)).toBeUndefined();
  });

  it('is refused when it is older or newer than half a minute (F34)', () => {
    expect(verifyHop(verifier, hop, signed(), now + 30_001)).toBeUndefined();
    expect(verifyHop(verifier, hop, signed(), now - 30_001)).toBeUndefined();
    expect(verifyHop(verifier, hop, signed(), now + 29_999)).toBeDefined();
  });

  it.each([null, '', 'v1', 'v2.gateway.1790000000000.x', 'v1.gateway.1790000000000.', 'v1..1790000000000.x'])(
    'is refused with the header %j',
    (trust) => {
      expect(verifyHop(verifier, hop, { ...signed(), trust }, now)).toBeUndefined();
    },
  );
});
