import { decodeJwt, decodeProtectedHeader, generateKeyPair, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { toConfig } from '../config.ts';
import { signAccessToken } from './access-tokens.ts';
import type { SigningKeys } from './signing-keys.ts';

const config = toConfig({
  PUBLIC_URL: 'https://id.example/',
  DATABASE_URL: 'postgres://x',
  NATS_URL: 'nats://x',
  SERVICE_TRUST_KEYS: `gateway=${'A'.repeat(43)}`,
  KEY_ENCRYPTION_SECRET: 'A'.repeat(43),
});
const session = {
  id: '01900000-0000-7000-8000-000000000001',
  userId: '01900000-0000-7000-8000-000000000002',
  methods: ['pwd'],
  authenticatedAt: new Date('2026-01-02T03:04:05.678Z'),
  expiresAt: new Date(Date.now() + 86_400_000),
};

const sign = async (signedIn = session) => {
  const pair = await generateKeyPair('ES256');
  const keys: Pick<SigningKeys, 'current'> = {
    current: async () => ({ id: 'the-key', algorithm: 'ES256', privateKey: pair.privateKey }),
  };
  return { token: await signAccessToken(config, keys, signedIn), publicKey: pair.publicKey };
};

describe('an access token', () => {
  it('is one after RFC 9068: its type, its key, and every claim that section 2.2 requires', async () => {
    const { token, publicKey } = await sign();
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', kid: 'the-key', typ: 'at+jwt' });
    const { payload } = await jwtVerify(token, publicKey);
    expect(payload).toEqual({
      iss: 'https://id.example',
      aud: 'https://id.example',
      sub: session.userId,
      client_id: 'rollcall',
      iat: expect.any(Number),
      exp: Number(payload.iat) + 600,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      sid: session.id,
      auth_time: Math.floor(session.authenticatedAt.getTime() / 1000),
      amr: ['pwd'],
      acr: 'aal1',
    });
  });

  it('says that two factors were proved, where they were', async () => {
    const { token } = await sign({ ...session, methods: ['hwk', 'user', 'mfa'] });
    expect(decodeJwt(token)).toMatchObject({ acr: 'aal2', amr: ['hwk', 'user', 'mfa'] });
  });

  it('has an id of its own each time', async () => {
    const [one, other] = [await sign(), await sign()];
    const ids = [await jwtVerify(one.token, one.publicKey), await jwtVerify(other.token, other.publicKey)];
    expect(ids[0]?.payload.jti).not.toBe(ids[1]?.payload.jti);
  });
});
