import type { Actor } from '@rollcall/service-kit/actor';
import { newApiKey } from '@rollcall/service-kit/api-key-format';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import type { Person } from '../testing/people.ts';

let auth: AuthUnderTest;
let ada: Person;
let actor: Actor;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());
beforeEach(async () => {
  ada = await auth.register();
  ({ actor } = await auth.signIn(ada));
});

const body = { name: 'Nightly report', scopes: ['organizations.read', 'access.read'] };
const make = (more: object = {}, who = actor) =>
  auth.ask('POST', '/v1/api-keys', { actor: who, body: { ...body, ...more } });
const list = (who = actor, query = '') => auth.ask('GET', `/v1/api-keys${query}`, { actor: who });
const revoke = (id: unknown, who = actor) => auth.ask('DELETE', `/v1/api-keys/${id}`, { actor: who });
const introspect = async (key: unknown) =>
  (
    await auth.ask('POST', '/internal/tokens/holder', {
      from: 'gateway',
      body: { kind: 'api_key', digest: digestOf(String(key)) },
    })
  ).body.holder;
const revocationsOf = async (id: unknown) =>
  auth.connection.sql`select kind from auth.revocations where value = ${String(id)}`;

describe('a personal access token', () => {
  it('is shown once, kept by its digest alone, told of, and listed by how it begins', async () => {
    const made = await make({ expiresInDays: 7 });
    const { id, key, prefix, expiresAt, ...rest } = made.body;
    expect(made.status).toBe(201);
    expect(rest).toEqual({ ...body, createdAt: expect.any(String), lastUsedAt: null, createdBy: ada.userId });
    expect(String(key).startsWith(String(prefix))).toBe(true);
    expect(Date.parse(String(expiresAt)) - Date.now()).toBeCloseTo(7 * 86_400_000, -5);
    const { items } = (await list()).body as { items: object[] };
    expect(items).toEqual([{ id, prefix, expiresAt, ...rest }]);
    const [row] = await auth.connection.sql`select * from auth.api_keys where id = ${String(id)}`;
    expect(JSON.stringify(row)).not.toContain(key);
    const told = await auth.eventsAbout(ada.userId);
    expect(told.at(-1)).toMatchObject({
      type: 'api_key.created',
      actor: ada.userId,
      data: { keyId: id, scopes: body.scopes, expiresAt, serviceAccount: false },
    });
    expect(JSON.stringify(told)).not.toContain(body.name);
  });

  it('says whose it is and what it is good for, and when it was last used, to the minute', async () => {
    const { id, key, expiresAt } = (await make()).body;
    const found = { userId: ada.userId, sessionId: id, tokenId: id, methods: [], scopes: body.scopes, expiresAt };
    expect(await introspect(key)).toEqual(found);
    expect(await introspect(key)).toEqual(found);
    const { items } = (await list()).body as { items: { lastUsedAt: string }[] };
    expect(items[0]?.lastUsedAt).toMatch(/:00\.000Z$/);
  });

  it('ends at once, and only by its owner', async () => {
    const { id, key } = (await make()).body;
    const { actor: eve } = await auth.signIn(await auth.register());
    expect(await revoke(id, eve)).toMatchObject({ status: 404 });
    expect(await introspect(key)).not.toBeNull();
    expect(await revoke(id)).toMatchObject({ status: 200, body: { revoked: true } });
    expect(await introspect(key)).toBeNull();
    expect(await revocationsOf(id)).toEqual([{ kind: 'session' }]);
    expect((await auth.eventsAbout(ada.userId)).at(-1)).toMatchObject({
      type: 'api_key.revoked',
      data: { keyId: id, reason: 'revoked' },
    });
    expect(await revoke(id)).toMatchObject({ status: 404 });
  });

  it('ends with its time, and is listed no longer', async () => {
    const { id, key } = (await make()).body;
    await auth.connection.sql`update auth.api_keys set expires_at = now() where id = ${String(id)}`;
    expect(await introspect(key)).toBeNull();
    expect((await list()).body).toEqual({ items: [], nextCursor: null });
  });

  it('ends for good when its owner is deactivated, and stays as it is with a new password', async () => {
    const { id, key } = (await make()).body;
    const change = { current: ada.password, password: 'another long password' };
    expect((await auth.ask('PUT', '/v1/password', { actor, body: change })).status).toBe(200);
    expect(await introspect(key)).not.toBeNull();
    await auth.setAccess(ada, false);
    expect(await introspect(key)).toBeNull();
    expect(await revocationsOf(id)).toHaveLength(1);
    await auth.setAccess(ada, true);
    expect(await introspect(key)).toBeNull();
  });

  it('ends when an administrator signs its owner out everywhere', async () => {
    const { id, key } = (await make()).body;
    const { actor: admin } = await auth.signIn(await auth.register());
    auth.grant(admin, 'sessions.manage');
    expect((await auth.ask('DELETE', `/v1/users/${ada.userId}/sessions`, { actor: admin })).status).toBe(200);
    expect(await introspect(key)).toBeNull();
    expect(await revocationsOf(id)).toHaveLength(1);
  });

  it('401: is not made any more by a request that was on its way when its session ended', async () => {
    await auth.ask('DELETE', '/v1/sessions/current', { actor });
    expect(await make()).toMatchObject({ status: 401, body: { code: 'token_revoked' } });
    const { actor: fresh } = await auth.signIn(ada);
    expect((await list(fresh)).body.items).toEqual([]);
  });

  it('is unknown when nobody made it', async () => {
    expect(await introspect(newApiKey('person'))).toBeNull();
  });

  it('400: wants a name, scopes that there are, each once, and an end within a year', async () => {
    for (const [wrong, pointer] of [
      [{ name: '' }, '/body/name'],
      [{ scopes: [] }, '/body/scopes'],
      [{ scopes: ['openid'] }, '/body/scopes/0'],
      [{ scopes: ['access.read', 'access.read'] }, '/body/scopes'],
      [{ expiresInDays: 0 }, '/body/expiresInDays'],
      [{ expiresInDays: 367 }, '/body/expiresInDays'],
    ] as const) {
      expect(await make(wrong)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    }
  });

  it('401: wants a recent sign-in', async () => {
    const stale = { ...actor, authenticatedAt: actor.authenticatedAt - 3_600 };
    expect(await make({}, stale)).toMatchObject({ status: 401, body: { code: 'reauthentication_required' } });
  });

  it('409: there are fifty each, also of those made at once, and ended ones do not count', async () => {
    const answers = await Promise.all(Array.from({ length: 55 }, () => make()));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(50);
    expect(answers.find(({ status }) => status !== 201)?.body).toMatchObject({ code: 'too_many_keys' });
    const page = (await list(actor, '?limit=30')).body as { items: unknown[]; nextCursor: string };
    expect(page.items).toHaveLength(30);
    const rest = (await list(actor, `?limit=30&cursor=${page.nextCursor}`)).body;
    expect(rest).toMatchObject({ nextCursor: null });
    await auth.connection.sql`update auth.api_keys set expires_at = now() where owner_id = ${ada.userId}`;
    expect((await make()).status).toBe(201);
  });
});
