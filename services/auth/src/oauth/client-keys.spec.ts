import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { issuer } from '../testing/browser.ts';
import { registerClient, tokenRequest } from '../testing/relying-party.ts';

const api = 'https://api.example/';
/** Where an application has its keys. */
const keyHost = { url: '', calls: 0, answer: { status: 200, body: '' }, headers: {} };
const server = createServer((_, response) => {
  keyHost.calls++;
  response
    .writeHead(keyHost.answer.status, { location: 'https://app.example/', ...keyHost.headers })
    .end(keyHost.answer.body);
});

let auth: AuthUnderTest;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  keyHost.url = `http://${host}`;
  auth = await startAuthUnderTest({ environment: { OUTGOING_PRIVATE_HOSTS: host } });
});
afterAll(async () => {
  await auth.stop();
  server.close();
});

describe('an application that has its keys elsewhere', () => {
  const signedWith = async (key: CryptoKey, id: string) =>
    new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(id)
      .setSubject(id)
      .setAudience(issuer)
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(key);
  const register = (jwksUri: string) =>
    registerClient(auth, {
      ...{ authMethod: 'private_key_jwt', jwksUri, grantTypes: ['client_credentials'] },
      ...{ redirectUris: [], resources: [api] },
    });
  const present = async (id: string, key: CryptoKey) =>
    tokenRequest(auth, undefined, {
      grant_type: 'client_credentials',
      resource: api,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await signedWith(key, id),
    });

  it('proves itself with one of those, and with no other', async () => {
    const [pair, other] = [await generateKeyPair('ES256', { extractable: true }), await generateKeyPair('ES256')];
    keyHost.answer = { status: 200, body: JSON.stringify({ keys: [await exportJWK(pair.publicKey)] }) };
    const client = await register(`${keyHost.url}/keys`);
    expect((await present(client.id, other.privateKey)).body.error).toBe('invalid_client');
    expect((await present(client.id, pair.privateKey)).status).toBe(200);
  });

  it.each([
    ['a new one is good a minute later', 61_000, 'new', 200],
    ['one that it has withdrawn is not, five minutes later', 300_000, 'old', 401],
  ] as const)('may say that they are good for a year: %s', async (_, later, which, status) => {
    const [old, fresh] = [
      await generateKeyPair('ES256', { extractable: true }),
      await generateKeyPair('ES256', { extractable: true }),
    ];
    keyHost.headers = { 'cache-control': 'max-age=31536000' };
    keyHost.answer = { status: 200, body: JSON.stringify({ keys: [await exportJWK(old.publicKey)] }) };
    try {
      // It was a while ago, rather than will be: ids never go back to a time before the last one.
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - later });
      const { id } = await register(`${keyHost.url}/keys`);
      expect((await present(id, old.privateKey)).status).toBe(200);
      vi.useRealTimers();
      keyHost.answer = { status: 200, body: JSON.stringify({ keys: [await exportJWK(fresh.publicKey)] }) };
      expect((await present(id, which === 'new' ? fresh.privateKey : old.privateKey)).status).toBe(status);
    } finally {
      vi.useRealTimers();
      keyHost.headers = {};
    }
  });

  it.each([
    ['are not there', { status: 404, body: '' }],
    ['are somewhere else', { status: 302, body: '' }],
    ['are none', { status: 200, body: '<html>' }],
    ['are more than anybody has', { status: 200, body: 'x'.repeat(100_000) }],
  ])('is not let in when these %s', async (_, answer) => {
    const { privateKey } = await generateKeyPair('ES256');
    keyHost.answer = answer;
    const { id } = await register(`${keyHost.url}/keys`);
    expect(await present(id, privateKey)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  it('is not let in by keys at a private address that the operator has not named', async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    keyHost.answer = { status: 200, body: JSON.stringify({ keys: [await exportJWK(pair.publicKey)] }) };
    const before = keyHost.calls;
    const client = await register(`${keyHost.url.replace('127.0.0.1', 'localhost')}/keys`);
    expect((await present(client.id, pair.privateKey)).body.error).toBe('invalid_client');
    expect(keyHost.calls).toBe(before);
  });

  it('has them in one place', async () => {
    const { actor } = await auth.signIn(await auth.register());
    auth.grant(actor, 'clients.manage');
    const { x = '', y = '' } = await exportJWK((await generateKeyPair('ES256', { extractable: true })).publicKey);
    const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x, y }] };
    const given = { name: 'x', grantTypes: ['client_credentials'], authMethod: 'private_key_jwt' };
    const jwksUri = 'https://app.example/keys';
    for (const [more, pointer] of [
      [{ jwks, jwksUri }, '/body/jwks'],
      [{}, '/body/jwks'],
      [{ authMethod: 'client_secret_basic', jwksUri }, '/body/jwks'],
      [{ jwksUri: 'http://app.example/keys' }, '/body/jwksUri'],
    ] as const) {
      const answer = await auth.ask('POST', '/v1/oauth/clients', { actor, body: { ...given, ...more } });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    }
  });
});
