import { randomBytes } from 'node:crypto';
import { newApiKey } from '@rollcall/service-kit/api-key-format';
import { newId } from '@rollcall/service-kit/identity';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { readTokenHolder } from '@rollcall/types/routes/auth/tokens';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, startGatewayUnderTest } from '../testing/gateway-under-test.ts';

let gateway: GatewayUnderTest;
const holders = new Map<string, object>();

beforeAll(async () => {
  gateway = await startGatewayUnderTest();
  gateway.services.answers.set('readTokenHolder', ({ input }) => {
    const { kind, digest } = readTokenHolder.body.parse(input.body);
    return { status: 200, body: { holder: holders.get(`${kind} ${digest}`) ?? null } };
  });
});
afterAll(() => gateway.stop());
beforeEach(() => gateway.services.forget());

const known = (scopes: readonly string[], more: object = {}) => {
  const key = newApiKey('serviceAccount');
  const keyId = newId();
  const found = {
    userId: newId(),
    sessionId: keyId,
    tokenId: keyId,
    scopes,
    methods: [],
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    ...more,
  };
  holders.set(`api_key ${digestOf(key)}`, found);
  return { key, keyId, ...found };
};
const ask = (token: string, path = '/v1/activity') => gateway.ask(path, { token });
const asked = () => gateway.services.callsOf('readTokenHolder').length;

describe('a key for programs', () => {
  it('is whose auth says, good for what it says, and proves nothing that is recent', async () => {
    const { key, userId, keyId, scopes } = known(['activity.read']);
    expect((await ask(key)).status).toBe(200);
    expect(gateway.services.callsOf('listActivity').at(-1)?.context.actor).toEqual({
      userId,
      sessionId: keyId,
      tokenId: keyId,
      authenticatedAt: 0,
      methods: [],
      scopes,
    });
  });

  it('is asked about once for a while, and never sent itself', async () => {
    const { key } = known(['activity.read']);
    for (const _ of [1, 2, 3]) expect((await ask(key)).status).toBe(200);
    expect(asked()).toBe(1);
    expect(JSON.stringify(gateway.services.calls.map(({ input }) => input))).not.toContain(key);
  });

  it('ends with its revocation at once, also while it is remembered', async () => {
    const { key, keyId } = known(['activity.read']);
    expect((await ask(key)).status).toBe(200);
    gateway.revoke(keyId);
    await expect.poll(async () => (await ask(key)).status, { timeout: 3_000 }).toBe(401);
  });

  it('ends with its time, also while it is remembered', async () => {
    const { key } = known(['activity.read'], { expiresAt: new Date(Date.now() + 300).toISOString() });
    expect((await ask(key)).status).toBe(200);
    await expect.poll(async () => (await ask(key)).status, { timeout: 3_000 }).toBe(401);
    expect(asked()).toBe(1);
  });

  it('that was mistyped or invented is refused without asking anybody; one that is unknown, after asking', async () => {
    const { key } = known(['activity.read']);
    for (const wrong of [`${key}0`, key.slice(0, -1), key.replace(/.$/, (last) => (last === '0' ? '1' : '0'))]) {
      expect((await ask(wrong)).status).toBe(401);
    }
    expect(asked()).toBe(0);
    expect((await ask(newApiKey('person'))).status).toBe(401);
    expect(asked()).toBe(1);
  });

  it('403 insufficient_scope: was made for other things, and is told for which it should have been', async () => {
    const { key } = known(['organizations.read']);
    const answer = await ask(key);
    expect(answer).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope", scope="activity.read"');
    expect(await ask(key, '/v1/sessions')).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });
  });

  it('makes nobody of its sender where anybody may come', async () => {
    const { key } = known(['organizations.read']);
    expect((await ask(key, '/v1/genders')).status).toBe(200);
    expect(gateway.services.callsOf('listGenders').at(-1)?.context.actor).toBeNull();
  });

  it('503: is not believed while auth cannot be asked', async () => {
    const { key } = known(['activity.read']);
    gateway.services.down.add('auth');
    expect((await ask(key)).status).toBe(503);
    gateway.services.down.delete('auth');
    await expect.poll(async () => (await ask(key)).status, { timeout: 3_000 }).toBe(200);
  });
});

describe('what an application was given', () => {
  const given = (scopes: readonly string[], more: object = {}) => {
    const token = randomBytes(32).toString('base64url');
    const found = {
      userId: newId(),
      sessionId: newId(),
      tokenId: 'a digest',
      scopes,
      methods: ['pwd'],
      expiresAt: new Date(Date.now() + 600_000).toISOString(),
      ...more,
    };
    holders.set(`oauth_token ${digestOf(token)}`, found);
    return { token, ...found };
  };

  it('opens what its scopes do, in the name of whoever let it', async () => {
    const { token, userId, sessionId } = given(['activity.read']);
    expect((await ask(token)).status).toBe(200);
    expect(gateway.services.callsOf('listActivity').at(-1)?.context.actor).toMatchObject({
      userId,
      sessionId,
      authenticatedAt: 0,
      methods: ['pwd'],
    });
    expect(await ask(token, '/v1/sessions')).toMatchObject({ status: 403, code: 'insufficient_scope' });
  });

  it('ends with the sign-in that it hangs on, and goes on with the one that took its place', async () => {
    const { token, sessionId, ...found } = given(['activity.read']);
    expect((await ask(token)).status).toBe(200);
    gateway.revoke(sessionId);
    await expect.poll(async () => (await ask(token)).status, { timeout: 3_000 }).toBe(401);
    holders.set(`oauth_token ${digestOf(token)}`, { ...found, token: undefined, sessionId: newId() });
    expect((await ask(token)).status).toBe(200);
  });

  it('401 second_factor_required: where an organization wants more than the person had proved who let it', async () => {
    const required = { user: 'organization:strict#member', relation: 'required', object: 'policy:second_factor' };
    const weak = given(['activity.read']);
    const strong = given(['activity.read'], { userId: weak.userId, methods: ['pwd', 'otp', 'mfa'] });
    const member = { user: `user:${weak.userId}`, relation: 'member', object: 'organization:strict' };
    await gateway.hasFollowed(gateway.access.write({ write: required }, { write: member }));
    expect(await ask(weak.token)).toMatchObject({ status: 401, code: 'second_factor_required' });
    expect((await ask(strong.token)).status).toBe(200);
  });

  it('is asked about by its digest alone', async () => {
    const { token } = given(['activity.read']);
    await ask(token);
    expect(JSON.stringify(gateway.services.calls.map(({ input }) => input))).not.toContain(token);
  });
});
