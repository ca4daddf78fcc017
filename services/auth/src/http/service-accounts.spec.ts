import type { Actor } from '@rollcall/service-kit/actor';
import { newId } from '@rollcall/service-kit/identity';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';

let auth: AuthUnderTest;
let manager: Actor;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());
beforeEach(async () => {
  ({ actor: manager } = await auth.signIn(await auth.register()));
  auth.grant(manager, 'service_accounts.manage');
  auth.world.accessRefuses = undefined;
  auth.world.administrators.clear();
  auth.world.cannotActAs.clear();
  auth.world.mayUntil = null;
});

const path = '/v1/service-accounts';
const body = { name: 'Billing', description: 'Puts organizations on plans.' };
const ask = (method: string, rest: string, json?: object, actor = manager) =>
  auth.ask(method, path + rest, { actor, ...(json ? { body: json } : {}) });
const add = async (more: object = {}) => {
  const answer = await ask('POST', '', { ...body, ...more });
  expect(answer.status).toBe(201);
  return String(answer.body.id);
};
const key = { name: 'In production', scopes: ['organizations.write'] };
const introspect = async (secret: unknown) =>
  (
    await auth.ask('POST', '/internal/tokens/holder', {
      from: 'gateway',
      body: { kind: 'api_key', digest: digestOf(String(secret)) },
    })
  ).body.holder;

describe('a service account', () => {
  it('is added where rights are given too, read, described and listed', async () => {
    const id = await add();
    expect(auth.world.enrolledInAccess.has(id)).toBe(true);
    const shown = { id, ...body, createdAt: expect.any(String) };
    expect(await ask('GET', `/${id}`)).toMatchObject({ status: 200, body: shown });
    expect(await ask('PATCH', `/${id}`, { description: '' })).toMatchObject({ body: { ...shown, description: '' } });
    const { items } = (await ask('GET', '?limit=200')).body as { items: unknown[] };
    expect(items).toContainEqual({ ...shown, description: '' });
    expect((await auth.eventsAbout(id)).map(({ type }) => type)).toEqual([
      'service_account.added',
      'service_account.changed',
    ]);
  });

  it('has keys that act as it, and has no password', async () => {
    const id = await add();
    const made = await ask('POST', `/${id}/keys`, key);
    expect(made).toMatchObject({ status: 201, body: { ...key, key: expect.stringMatching(/^rollcall_key_/) } });
    expect(await introspect(made.body.key)).toMatchObject({ userId: id, scopes: key.scopes });
    expect((await ask('GET', `/${id}/keys`)).body).toMatchObject({ items: [{ id: made.body.id }] });
    const other = await add();
    expect(await ask('DELETE', `/${other}/keys/${made.body.id}`)).toMatchObject({ status: 404 });
    expect(await ask('DELETE', `/${id}/keys/${made.body.id}`)).toMatchObject({ status: 200 });
    expect(await introspect(made.body.key)).toBeNull();
  });

  it('is removed for good: its keys end, and it is denied everything', async () => {
    const id = await add();
    const made = (await ask('POST', `/${id}/keys`, key)).body;
    expect(await ask('DELETE', `/${id}`)).toMatchObject({ status: 200, body: { removed: true } });
    expect(auth.world.suspendedInAccess.has(id)).toBe(true);
    expect(await introspect(made.key)).toBeNull();
    expect((await auth.eventsAbout(id)).slice(-2)).toMatchObject([
      { type: 'api_key.revoked', data: { reason: 'removed' } },
      { type: 'service_account.removed', actor: manager.userId, data: { name: body.name } },
    ]);
    const { items } = (await ask('GET', '?limit=200')).body as { items: { id: string }[] };
    expect(items.map((one) => one.id)).not.toContain(id);
    for (const [method, rest, json] of [
      ['GET', ''],
      ['PATCH', '', { name: 'Other' }],
      ['DELETE', ''],
      ['GET', '/keys'],
      ['POST', '/keys', key],
    ] as const) {
      expect(await ask(method, `/${id}${rest}`, json)).toMatchObject({ status: 404 });
    }
  });

  it('403: nobody gets the power of an administrator by a key, nor takes it from one', async () => {
    const id = await add();
    auth.world.administrators.add(id);
    expect(await ask('POST', `/${id}/keys`, key)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await ask('DELETE', `/${id}`)).toMatchObject({ status: 403 });
    expect(await ask('PATCH', `/${id}`, { name: 'Other' })).toMatchObject({ status: 403 });
    expect(await ask('DELETE', `/${id}/keys/${newId()}`)).toMatchObject({ status: 403 });
    auth.world.administrators.add(manager.userId);
    expect(await ask('POST', `/${id}/keys`, key)).toMatchObject({ status: 201 });
  });

  it('403: nobody makes a key to what they do not hold, nor one that outlives what they hold', async () => {
    const id = await add();
    auth.world.cannotActAs.add(id);
    expect(await ask('POST', `/${id}/keys`, key)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    auth.world.cannotActAs.clear();
    auth.world.mayUntil = new Date(Date.now() + 3_600_000).toISOString();
    expect(await ask('POST', `/${id}/keys`, key)).toMatchObject({ body: { expiresAt: auth.world.mayUntil } });
  });

  it('has no use of a key any more that somebody else than an administrator made, once it is one', async () => {
    const id = await add();
    const made = (await ask('POST', `/${id}/keys`, key)).body;
    expect(made.createdBy).toBe(manager.userId);
    auth.world.administrators.add(id);
    expect(await introspect(made.key)).toBeNull();
    auth.world.administrators.add(manager.userId);
    expect(await introspect(made.key)).toMatchObject({ userId: id });
  });

  it('loses the keys that were made for it by somebody who says that it was not them', async () => {
    const id = await add();
    const old = (await ask('POST', `/${id}/keys`, key)).body;
    await auth.connection
      .sql`update auth.api_keys set created_at = now() - interval '2 days' where id = ${String(old.id)}`;
    const made = (await ask('POST', `/${id}/keys`, key)).body;
    const noticeId = newId();
    const { body: minted } = await auth.ask('POST', `/internal/security-notices/${noticeId}/secret`, {
      from: 'notification',
      body: { userId: manager.userId, happenedAt: new Date().toISOString() },
    });
    expect((await auth.ask('POST', '/v1/security-actions', { body: { token: minted.token } })).status).toBe(200);
    expect([await introspect(made.key), await introspect(old.key)]).toEqual([null, expect.anything()]);
    expect((await auth.eventsAbout(id)).at(-1)).toMatchObject({ type: 'api_key.revoked', data: { reason: 'secured' } });
  });

  it('stays, with its keys, where its rights may not be taken, or cannot be', async () => {
    const id = await add();
    const made = (await ask('POST', `/${id}/keys`, key)).body;
    auth.world.accessRefuses = 'last_admin';
    expect(await ask('DELETE', `/${id}`)).toMatchObject({ status: 409, body: { code: 'last_admin' } });
    auth.world.accessRefuses = 'unavailable';
    expect(await ask('DELETE', `/${id}`)).toMatchObject({ status: 503 });
    expect(await ask('POST', '', body)).toMatchObject({ status: 503 });
    expect(await introspect(made.key)).not.toBeNull();
  });

  it('401: to make a key takes a recent sign-in; 404 for whoever does not manage them, or where there is none', async () => {
    const id = await add();
    const stale = { ...manager, authenticatedAt: manager.authenticatedAt - 3_600 };
    expect(await ask('POST', `/${id}/keys`, key, stale)).toMatchObject({ status: 401 });
    const { actor: eve } = await auth.signIn(await auth.register());
    expect(await ask('POST', `/${id}/keys`, key, eve)).toMatchObject({ status: 404 });
    expect(await ask('POST', '', body, eve)).toMatchObject({ status: 403 });
    expect(await ask('POST', `/${newId()}/keys`, key)).toMatchObject({ status: 404 });
  });
});
