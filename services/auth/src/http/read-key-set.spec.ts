import { callService, somebody } from '@rollcall/testing/service-under-test';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';

let auth: AuthUnderTest;
const manager = somebody();

beforeAll(async () => {
  auth = await startAuthUnderTest();
  auth.grant(manager, 'keys.manage');
});
afterAll(() => auth.stop());

const keySet = async (): Promise<JSONWebKeySet> => {
  const { status, body } = await auth.ask('GET', '/.well-known/jwks.json');
  expect(status).toBe(200);
  return { keys: [], ...body };
};

describe('200', () => {
  it('holds public halves only', async () => {
    const { keys } = await keySet();
    const text = expect.stringMatching(/^[A-Za-z0-9_-]{43}$/);
    expect(keys).toEqual([{ kty: 'EC', crv: 'P-256', x: text, y: text, kid: text, alg: 'ES256', use: 'sig' }]);
  });

  it('a new key signs at once, and tokens of the one before stay good until they expire', async () => {
    const ada = await auth.register();
    const before = await auth.signIn(ada);
    const rotated = await auth.ask('POST', '/v1/keys/rotate', { actor: manager });
    expect(rotated.status).toBe(201);
    const after = await auth.signIn(ada);
    expect(decodeProtectedHeader(after.accessToken).kid).toBe(rotated.body.id);
    expect(decodeProtectedHeader(before.accessToken).kid).not.toBe(rotated.body.id);

    const keys = createLocalJWKSet(await keySet());
    for (const { accessToken } of [before, after]) {
      const { payload } = await jwtVerify(accessToken, keys, { typ: 'at+jwt', issuer: 'http://rollcall.test' });
      expect(payload.sub).toBe(ada.userId);
    }
  });

  it('leaves out a key once no token of it can be left', async () => {
    await auth.ask('POST', '/v1/keys/rotate', { actor: manager });
    await auth.connection.sql`update auth.signing_keys set retired_at = now() - interval '11 minutes'
      where retired_at is not null`;
    expect((await keySet()).keys).toHaveLength(1);
  });

  it('another replica publishes a key as soon as the first one signs with it', async () => {
    const replica = await auth.startReplica();
    const readThere = async () =>
      (await callService(replica, { method: 'GET', path: '/.well-known/jwks.json' })).text();
    try {
      await readThere();
      const { body } = await auth.ask('POST', '/v1/keys/rotate', { actor: manager });
      expect(await readThere()).toContain(body.id);
    } finally {
      await replica.stop();
    }
  });
});
