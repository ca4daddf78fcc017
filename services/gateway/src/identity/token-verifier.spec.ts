import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { newId } from '@rollcall/service-kit/identity';
import { exportSPKI } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createKey,
  freshClaims,
  type GatewayUnderTest,
  issuer,
  startGatewayUnderTest,
} from '../testing/gateway-under-test.ts';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGatewayUnderTest();
});
afterAll(() => gateway.stop());

const asked = async (token: string) => (await gateway.ask('/v1/sessions', { token })).status;
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('an access token (N34)', () => {
  it('is who its claims say', async () => {
    const claims = freshClaims();
    expect(await asked(await gateway.sign({ claims }))).toBe(200);
    const actor = gateway.services.callsOf('listSessions').at(-1)?.context.actor;
    expect(actor).toEqual({
      userId: claims.sub,
      sessionId: claims.sid,
      tokenId: claims.jti,
      authenticatedAt: claims.auth_time,
      methods: ['pwd'],
    });
  });

  it('of somebody in the owner’s place opens what it was made for, and ends with their own sign-in', async () => {
    const act = { sub: newId(), sid: newId() };
    await gateway.hasFollowed(gateway.access.grant(act.sub, 'users.impersonate'));
    const token = await gateway.sign({ claims: { ...freshClaims(), act, scope: 'activity.read account.read' } });
    const reads = async () => (await gateway.ask('/v1/activity', { token })).status;
    expect(await reads()).toBe(200);
    expect(gateway.services.callsOf('listActivity').at(-1)?.context.actor).toMatchObject({
      authenticatedAt: 0,
      scopes: ['activity.read', 'account.read'],
    });
    expect(await asked(token)).toBe(403);
    gateway.revoke(act.sid);
    await expect.poll(reads, { timeout: 3_000 }).toBe(401);
  });

  it('of somebody in the owner’s place that says no scope opens nothing', async () => {
    const act = { sub: newId(), sid: newId() };
    await gateway.hasFollowed(gateway.access.grant(act.sub, 'users.impersonate'));
    const token = await gateway.sign({ claims: { ...freshClaims(), act } });
    expect((await gateway.ask('/v1/activity', { token })).status).toBe(403);
  });

  const seconds = Math.floor(Date.now() / 1000);
  it.each([
    ['another issuer', { iss: 'http://evil.example' }],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'http://other.example' }],
    ['no audience', { aud: undefined }],
    ['an end in the past', { exp: seconds - 1 }],
    ['no end', { exp: undefined }],
    ['a beginning in the future', { nbf: seconds + 60 }],
    ['no session', { sid: undefined }],
    ['a session that is no id', { sid: 'x' }],
    ['no id', { jti: undefined }],
    ['a person that is no id', { sub: 'admin' }],
    ['no client', { client_id: undefined }],
    ['another application’s name in it', { client_id: 'client_AAAAAAAAAAAAAAAAAAAAAA' }],
    ['methods that are no list', { amr: 'pwd' }],
  ])('with %s is refused', async (_, claims) => {
    // What is undefined is left out of the token.
    expect(await asked(await gateway.sign({ claims: { ...claims } }))).toBe(401);
  });

  it.each(['JWT', 'at+jwt; x', 'logout+jwt', 'secevent+jwt', undefined])('of the type %s is none', async (typ) => {
    // An ID token or a logout token of the same issuer is not for us.
    const header = typ === undefined ? { typ: '' } : { typ };
    expect(await asked(await gateway.sign({ header }))).toBe(401);
  });

  it('that is not signed is refused, however it says so', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
      const unsigned = `${encode({ alg, kid: gateway.signing.id, typ: 'at+jwt' })}.${encode(freshClaims())}.`;
      expect([alg, await asked(unsigned)]).toEqual([alg, 401]);
      expect([alg, await asked(`${unsigned}AAAA`)]).toEqual([alg, 401]);
    }
  });

  it('that is signed with the public key as a secret is refused', async () => {
    const pem = await exportSPKI(gateway.signing.publicKey);
    for (const secret of [pem, JSON.stringify(gateway.signing.published), String(gateway.signing.published.x)]) {
      const signed = `${encode({ alg: 'HS256', kid: gateway.signing.id, typ: 'at+jwt' })}.${encode(freshClaims())}`;
      const proof = createHmac('sha256', secret).update(signed).digest('base64url');
      expect(await asked(`${signed}.${proof}`)).toBe(401);
    }
  });

  it.each(['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256'])(
    'signed by somebody else’s %s key under our key’s id is refused',
    async (algorithm) => {
      const key = await createKey(gateway.signing.id, algorithm);
      expect(await asked(await gateway.sign({ key }))).toBe(401);
    },
  );

  it('that brings its own key is refused', async () => {
    const key = await createKey('brought');
    for (const extra of [{ jwk: key.published }, { jku: 'http://evil.example/jwks' }, { x5u: 'http://evil.example' }]) {
      expect(await asked(await gateway.sign({ key, header: { kid: 'brought', ...extra } }))).toBe(401);
    }
  });

  it('that asks for something nobody here understands is refused', async () => {
    const token = await gateway.sign();
    const header = { alg: 'ES256', kid: gateway.signing.id, typ: 'at+jwt', crit: ['b64'], b64: false };
    expect(await asked(`${encode(header)}.${token.split('.').slice(1).join('.')}`)).toBe(401);
  });

  it('that is encrypted is none (N52)', async () => {
    expect(await asked(`${encode({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2_000_000_000 })}.a.b.c.d`)).toBe(
      401,
    );
  });
});

describe('the spelling of a token (N36)', () => {
  const spellings = (token: string): string[] => {
    const [header = '', payload = '', proof = ''] = token.split('.');
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.indexOf(proof.at(-1) ?? '');
    return [
      `${token}=`,
      `${token}==`,
      `${header}=.${payload}.${proof}`,
      `${header}.${payload}=.${proof}`,
      ...[1, 2, 3].map((bit) => `${token.slice(0, -1)}${alphabet[last ^ bit]}`),
      token.slice(0, -1),
      token.slice(0, -2),
      token.replaceAll('-', '+').replaceAll('_', '/'),
      `${token}.`,
      `.${token}`,
      token.toUpperCase(),
      `${header}.${payload}..${proof}`,
      `${header}..${proof}`,
    ];
  };

  it('never lets a session back in that has ended', async () => {
    const claims = freshClaims();
    const token = await gateway.sign({ claims });
    const before = new Map<string, number>();
    for (const spelling of [token, ...spellings(token)]) before.set(spelling, await asked(spelling));
    expect(before.get(token)).toBe(200);

    gateway.revoke(claims.sid);
    await expect.poll(() => asked(token), { timeout: 3_000 }).toBe(401);
    for (const spelling of before.keys())
      expect([spelling.slice(-8), await asked(spelling)]).toEqual([spelling.slice(-8), 401]);
  });

  it('never makes somebody else of its bearer', async () => {
    const claims = freshClaims();
    const token = await gateway.sign({ claims });
    for (const spelling of spellings(token)) {
      gateway.services.forget();
      const status = await asked(spelling);
      if (status === 200) expect(gateway.services.calls[0]?.context.actor?.sessionId).toBe(claims.sid);
      else expect(status).toBe(401);
    }
  });
});

// A route of a service that does not go down with auth.
const askedElsewhere = async (token: string) => (await gateway.ask('/v1/activity', { token })).status;

describe('revocation', () => {
  it('of a session ends every token of it, and no other', async () => {
    const claims = freshClaims();
    const tokens = await Promise.all([1, 2].map(() => gateway.sign({ claims: { ...claims, jti: freshClaims().jti } })));
    const other = await gateway.sign({ claims: { sub: claims.sub } });
    for (const token of [...tokens, other]) expect(await asked(token)).toBe(200);
    gateway.revoke(claims.sid);
    for (const token of tokens) await expect.poll(() => asked(token), { timeout: 3_000 }).toBe(401);
    expect(await asked(other)).toBe(200);
  });

  it('of a token ends that one alone, and says that it has ended', async () => {
    const claims = freshClaims();
    const [token, other] = [
      await gateway.sign({ claims }),
      await gateway.sign({ claims: { ...claims, jti: freshClaims().jti } }),
    ];
    gateway.revoke(claims.jti, 'token');
    await expect.poll(() => asked(token), { timeout: 3_000 }).toBe(401);
    expect(await gateway.ask('/v1/sessions', { token })).toMatchObject({ code: 'token_revoked' });
    expect(await asked(other)).toBe(200);
  });

  it('bites within a second after it was committed, with NATS down', async () => {
    const claims = freshClaims();
    const token = await gateway.sign({ claims });
    expect(await asked(token)).toBe(200);
    gateway.revoke(claims.sid);
    const since = performance.now();
    while ((await asked(token)) === 200) expect(performance.now() - since).toBeLessThan(1_500);
    expect(await asked(token)).toBe(401);
  });

  it('that cannot be asked for lets nobody in: 503 after a second, and on again when auth is back', async () => {
    const token = await gateway.sign({ claims: { iss: issuer } });
    expect(await askedElsewhere(token)).toBe(200);
    gateway.services.down.add('auth');
    const since = performance.now();
    while ((await askedElsewhere(token)) === 200) expect(performance.now() - since).toBeLessThan(1_500);
    expect(await askedElsewhere(token)).toBe(503);
    expect((await gateway.ask('/v1/genders')).status).toBe(200);
    gateway.services.down.delete('auth');
    await expect.poll(() => askedElsewhere(token), { timeout: 5_000 }).toBe(200);
  });
});

describe('a request that takes its time', () => {
  it('is not finished by whoever was thrown out while it arrived', async () => {
    const claims = freshClaims();
    const token = await gateway.sign({ claims });
    const body = JSON.stringify({ firstName: 'Eve' });
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': body.length,
    };
    const sent = request(`${gateway.url}/v1/users/me`, { method: 'PATCH', headers });
    const answered = once(sent, 'response');
    sent.write(body.slice(0, 5));
    // Once another request of theirs is through, this one was identified, too.
    await expect.poll(() => asked(token)).toBe(200);
    gateway.revoke(claims.sid);
    await expect.poll(() => asked(token), { timeout: 3_000 }).toBe(401);
    sent.end(body.slice(5));
    const [response] = (await answered) as [IncomingMessage];
    expect(response.statusCode).toBe(401);
    response.resume();
    expect(gateway.services.callsOf('updateUser')).toEqual([]);
  });
});
