import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyOf, someServiceAccount } from './api-key-requests.ts';
import { Cast } from './cast.ts';
import { LiveClient } from './live-client.ts';

let stack: Stack;
let cast: Cast;

beforeAll(async () => {
  stack = await startStack();
  cast = await Cast.of(stack);
}, 60_000);

afterAll(() => stack?.stop());

const serviceKey = async (id: string, scopes: readonly string[]) => {
  const made = await cast.asAdmin('POST', `/v1/service-accounts/${id}/keys`, { name: 'In production', scopes });
  return { keyId: String(made.id), key: String(made.key) };
};
const statusOf = async (method: string, path: string, token: string, body?: object) =>
  (await cast.api(method, path, { token, ...(body ? { body } : {}) })).status;

describe('a personal access token', () => {
  it('acts as the person within what it was made for, and ends within a moment', async () => {
    const person = await cast.somebody();
    const { key, keyId } = await keyOf(cast, person.token, ['account.read']);
    expect(await cast.api('GET', '/v1/users/me', { token: key })).toMatchObject({ body: { id: person.id } });
    expect(await statusOf('GET', `/v1/users/${cast.admin.id}`, key)).toBe(403);
    expect(await statusOf('PATCH', '/v1/users/me', key, { firstName: 'Eve' })).toBe(403);
    expect(await statusOf('POST', '/v1/api-keys', key, { name: 'Another', scopes: ['account.read'] })).toBe(403);
    expect(await statusOf('DELETE', `/v1/api-keys/${keyId}`, person.token)).toBe(200);
    const ends = async () => (await statusOf('GET', '/v1/users/me', key)) === 401;
    await waitFor('the key to end', ends, 1_000);
  });

  it('is told to its owner, with a link for whoever did not make it', async () => {
    const person = await cast.somebody();
    const token = await cast.mailedToken(person.email, 'security-actions', () => keyOf(cast, person.token));
    const { items } = (await cast.api('GET', '/v1/api-keys', { token: person.token })).body as { items: unknown[] };
    expect(items).toHaveLength(1);
    const secured = await cast.api('POST', '/v1/security-actions', { body: { token } });
    expect(secured).toMatchObject({ status: 200, body: { status: 'secured' } });
  });
});

describe('a service account', () => {
  it('may do what it is given, as a person may, and is denied everything once it is removed', async () => {
    const id = await someServiceAccount(cast);
    const { key } = await serviceKey(id, ['access.read', 'organizations.read', 'organizations.write']);
    const about = { user: `user:${cast.admin.id}`, relation: 'holder', object: 'permission:admin' };
    const check = () => cast.api('POST', '/v1/access/check', { token: key, body: about });
    expect(await check()).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    await cast.asAdmin('PUT', `/v1/users/${id}/permissions/access.read`);
    await waitFor('the right', async () => (await check()).status === 200, 2_000);
    expect((await check()).body).toMatchObject({ allowed: true });

    const founded = await cast.api('POST', '/v1/organizations', { token: key, body: { name: 'By a program' } });
    expect(founded.status).toBe(201);
    expect(await statusOf('GET', `/v1/organizations/${founded.body.id}`, key)).toBe(200);
    // It would be left without an admin.
    expect(await statusOf('DELETE', `/v1/service-accounts/${id}`, cast.admin.token)).toBe(409);
    await cast.asAdmin('POST', `/v1/organizations/${founded.body.id}/members`, { userId: cast.admin.id, admin: true });
    await cast.asAdmin('DELETE', `/v1/service-accounts/${id}`);
    await waitFor('the key to end', async () => (await check()).status === 401, 1_000);
    const itself = { user: `user:${id}`, relation: 'holder', object: 'permission:access.read' };
    expect((await cast.asAdmin('POST', '/v1/access/check', itself)).allowed).toBe(false);
  });

  it('does by a batch only what its key was made for, and nothing that is taken back may be of another kind', async () => {
    const id = await someServiceAccount(cast);
    const { key } = await serviceKey(id, ['access.write', 'access.read']);
    const commands = [{ type: 'createOrganization', name: 'By a batch' }];
    const refused = { status: 403, body: { code: 'insufficient_scope' } };
    expect(await cast.api('POST', '/v1/access/commands', { token: key, body: { commands } })).toMatchObject(refused);
    expect(await cast.api('POST', '/v1/access/events/1/undo', { token: key, body: {} })).toMatchObject(refused);
    const { key: both } = await serviceKey(id, ['access.write', 'organizations.write']);
    const founded = await cast.api('POST', '/v1/access/commands', { token: both, body: { commands } });
    expect(founded.status).toBe(200);
  });

  it('asks what others were presented, and ends it, with a right and a key for that', async () => {
    const id = await someServiceAccount(cast);
    const person = await cast.somebody();
    const ask = (what: 'introspect' | 'revoke', key: string) =>
      cast.api('POST', `/v1/tokens/${what}`, {
        token: key,
        body: String(new URLSearchParams({ token: person.token })),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
    const { key } = await serviceKey(id, ['tokens.introspect']);
    expect(await ask('introspect', key)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    await cast.asAdmin('PUT', `/v1/users/${id}/permissions/tokens.introspect`);
    await waitFor('the right', async () => (await ask('introspect', key)).status === 200, 2_000);
    const { key: other } = await serviceKey(id, ['access.read']);
    expect(await ask('introspect', other)).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });
    expect((await ask('introspect', key)).body).toMatchObject({ active: true, sub: person.id });
    expect((await ask('revoke', key)).status).toBe(200);
    const ended = async () => (await statusOf('GET', '/v1/users/me', person.token)) === 401;
    await waitFor('the session to end', ended, 1_000);
    expect((await ask('introspect', key)).body).toEqual({ active: false });
  });

  it('is no person: nobody deactivates it, and nobody lets a removed one in again', async () => {
    const id = await someServiceAccount(cast);
    expect(await statusOf('POST', `/v1/users/${id}/deactivate`, cast.admin.token, {})).toBe(404);
    await cast.asAdmin('DELETE', `/v1/service-accounts/${id}`);
    expect(await statusOf('POST', `/v1/users/${id}/reactivate`, cast.admin.token, {})).toBe(404);
  });

  it('watches what happens, with a key that was made for it', async () => {
    const id = await someServiceAccount(cast);
    const { key: narrow } = await serviceKey(id, ['access.read']);
    await expect(LiveClient.withToken(stack.gateway, narrow)).rejects.toThrow('refused with 403');
    const { key, keyId } = await serviceKey(id, ['access.read', 'account.read']);
    const client = await LiveClient.withToken(stack.gateway, key);
    expect(await client.subscribe('s1', 'user:me')).toMatchObject({ type: 'subscribed' });
    await cast.asAdmin('PUT', `/v1/users/${id}/permissions/users.read`);
    await client.waitFor('the grant', ({ event }) => event?.type === 'permission.granted');
    await cast.asAdmin('DELETE', `/v1/service-accounts/${id}/keys/${keyId}`);
    expect(await client.closeCode(2_000)).toBe(4401);
  });
});
