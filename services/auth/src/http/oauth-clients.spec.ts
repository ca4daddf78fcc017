import type { Actor } from '@rollcall/service-kit/actor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { issuer } from '../testing/browser.ts';
import { tokenRequest } from '../testing/relying-party.ts';

let auth: AuthUnderTest;
let manager: Actor;

beforeAll(async () => {
  auth = await startAuthUnderTest();
  ({ actor: manager } = await auth.signIn(await auth.register()));
  auth.grant(manager, 'clients.manage');
});
afterAll(() => auth.stop());

const valid = {
  name: 'Notes',
  authMethod: 'client_secret_basic',
  grantTypes: ['client_credentials'],
  scopes: ['openid', 'account.read'],
};
const web = { ...valid, grantTypes: ['authorization_code'], redirectUris: ['https://app.example/callback'] };

const create = (body: unknown = valid) => auth.ask('POST', '/v1/oauth/clients', { actor: manager, body });
const created = async (body: unknown = valid) => {
  const { body: client } = await create(body);
  return { id: String(client.id), secret: String(client.secret), path: `/v1/oauth/clients/${client.id}` };
};
const works = async (id: string, secret: string): Promise<boolean> =>
  (await tokenRequest(auth, { id, secret }, { grant_type: 'client_credentials' })).status === 200;
const told = async (id: string) => (await auth.eventsAbout(id)).map(({ type, data }) => ({ type, data }));

describe('201', () => {
  it('adds an application whose secret is shown this once', async () => {
    const { status, body } = await create();
    expect(status).toBe(201);
    expect(body).toMatchObject({ ...valid, enabled: true, applicationType: 'web', redirectUris: [], resources: [] });
    expect(await works(String(body.id), String(body.secret))).toBe(true);
    const { body: read } = await auth.ask('GET', `/v1/oauth/clients/${body.id}`, { actor: manager });
    expect(read).not.toHaveProperty('secret');
    expect(await told(String(body.id))).toEqual([
      {
        type: 'client.added',
        data: { clientId: body.id, name: 'Notes', enabled: true, scopes: valid.scopes, organizationId: null },
      },
    ]);
  });

  it('no id of one can be that of a person', async () => {
    expect((await created()).id).toMatch(/^client_[A-Za-z0-9_-]{22}$/);
  });

  it('one that cannot keep a secret has none', async () => {
    expect((await create({ ...web, authMethod: 'none' })).body).toMatchObject({ secret: null });
  });

  it('another secret works from now on, the one before for as long as is told', async () => {
    const { id, secret, path } = await created();
    const rotate = async (overlapSeconds: number) =>
      String((await auth.ask('POST', `${path}/secret`, { actor: manager, body: { overlapSeconds } })).body.secret);
    const second = await rotate(60);
    expect([await works(id, secret), await works(id, second)]).toEqual([true, true]);
    const third = await rotate(0);
    expect([await works(id, secret), await works(id, second), await works(id, third)]).toEqual([false, false, true]);
    expect((await told(id)).at(-1)).toMatchObject({ type: 'client.changed', data: { secretRotated: true } });
  });
});

describe('200', () => {
  it('lists them page by page', async () => {
    const { id } = await created();
    const seen: unknown[] = [];
    let cursor = '';
    do {
      const query = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await auth.ask('GET', `/v1/oauth/clients?limit=2${query}`, { actor: manager });
      seen.push(...(body.items as { id: string }[]).map((one) => one.id));
      cursor = String(body.nextCursor ?? '');
    } while (cursor !== '');
    expect(seen).toContain(id);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('changes what is said and nothing else', async () => {
    const { id, path } = await created();
    const { body } = await auth.ask('PATCH', path, { actor: manager, body: { name: 'Diary' } });
    expect(body).toMatchObject({ ...valid, id, name: 'Diary', enabled: true });
    expect((await told(id)).at(-1)).toMatchObject({
      type: 'client.changed',
      data: { name: 'Diary', secretRotated: false },
    });
  });

  it('removes one, with all that it was given', async () => {
    const { id, secret, path } = await created();
    expect((await auth.ask('DELETE', path, { actor: manager })).body).toEqual({ removed: true });
    expect(await works(id, secret)).toBe(false);
    expect((await auth.ask('GET', path, { actor: manager })).status).toBe(404);
    expect((await told(id)).at(-1)).toEqual({ type: 'client.removed', data: { clientId: id, name: 'Notes' } });
  });
});

describe('400 (N26, N27)', () => {
  it.each([
    ['javascript:alert(1)'],
    ['data:text/html,x'],
    ['vbscript:x'],
    ['file:///etc/passwd'],
    ['http://app.example/callback'],
    ['https://app.example/callback#x'],
    ['https://user@app.example/callback'],
    ['https://user:secret@app.example/callback'],
    ['https://app.example/../callback'],
    ['https://APP.example/callback'],
    ['https://app.example:443/callback'],
    ['https://*.example/callback'],
    ['https://app.example/call back'],
    ['https://app.example\\@evil.example/'],
    ['https:app.example'],
    ['com.example.app:/callback'],
    ['myapp:/callback'],
    [''],
  ])('an address that answers may not go to, for a web application: %s', async (uri) => {
    const refused = await create({ ...web, redirectUris: ['https://app.example/callback', uri] });
    expect(refused.body).toMatchObject({
      code: 'invalid_input',
      errors: [{ pointer: '/body/redirectUris/1' }],
    });
    const { path } = await created(web);
    const changed = await auth.ask('PATCH', path, { actor: manager, body: { redirectUris: [uri] } });
    expect(changed.body).toMatchObject({ code: 'invalid_input' });
  });

  it.each([
    ['a scheme without a dot', { redirectUris: ['myapp:/callback'] }],
    ['a server on this machine', { redirectUris: ['https://localhost/callback'] }],
    ['a place to sign out to', { redirectUris: ['com.example:/a'], postLogoutRedirectUris: ['javascript:x'] }],
  ])('for an application that is installed: %s', async (_, more) => {
    expect((await create({ ...web, applicationType: 'native', ...more })).body).toMatchObject({
      code: 'invalid_input',
    });
  });

  it.each([
    ['codes without an address for them', { grantTypes: ['authorization_code'], redirectUris: [] }],
    ['an address that nothing goes to', { redirectUris: ['https://app.example/callback'] }],
    ['nothing but refreshing', { grantTypes: ['refresh_token'] }],
    ['a machine without a secret', { authMethod: 'none' }],
    ['signatures without a key', { authMethod: 'private_key_jwt' }],
    ['a private key', { authMethod: 'private_key_jwt', jwks: { keys: [{ kty: 'EC', d: 'x' }] } }],
    ['a scope that there is not', { scopes: ['everything'] }],
    ['passwords', { grantTypes: ['password'] }],
    ['this service as an API for others', { resources: [`${issuer}/`] }],
    ['a picture that is a script', { logoUri: 'javascript:alert(1)' }],
    ['an id of its own', { id: 'client_AAAAAAAAAAAAAAAAAAAAAA' }],
    ['a secret of its own', { secret: 'x' }],
  ])('%s', async (_, more) => {
    expect((await create({ ...valid, ...more })).body).toMatchObject({ status: 400, code: 'invalid_input' });
  });
});

describe('404, 403 and 409', () => {
  it('is told to whoever does not hold `clients.manage`, as if there were none', async () => {
    const { path } = await created();
    const { actor } = await auth.signIn(await auth.register());
    const asked = [
      await auth.ask('GET', '/v1/oauth/clients', { actor }),
      await auth.ask('GET', path, { actor }),
      await auth.ask('PATCH', path, { actor, body: { enabled: false } }),
      await auth.ask('POST', `${path}/secret`, { actor, body: {} }),
      await auth.ask('DELETE', path, { actor }),
    ];
    expect(asked.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
    expect((await auth.ask('POST', '/v1/oauth/clients', { actor, body: valid })).status).toBe(403);
  });

  it('for what is not there', async () => {
    const path = '/v1/oauth/clients/client_AAAAAAAAAAAAAAAAAAAAAA';
    expect((await auth.ask('GET', path, { actor: manager })).status).toBe(404);
    expect((await auth.ask('DELETE', path, { actor: manager })).status).toBe(404);
    expect((await auth.ask('PATCH', path, { actor: manager, body: { name: 'x' } })).status).toBe(404);
    expect((await auth.ask('POST', `${path}/secret`, { actor: manager, body: {} })).status).toBe(404);
  });

  it('there is no other secret for what has none', async () => {
    const { path } = await created({ ...web, authMethod: 'none' });
    expect((await auth.ask('POST', `${path}/secret`, { actor: manager, body: {} })).body).toMatchObject({
      code: 'client_without_secret',
    });
  });
});
