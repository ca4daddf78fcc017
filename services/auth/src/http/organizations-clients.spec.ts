import type { Actor } from '@rollcall/service-kit/actor';
import { newId } from '@rollcall/service-kit/identity';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { Browser, issuer } from '../testing/browser.ts';
import type { Person } from '../testing/people.ts';
import { begin, callback, exchange, registerClient, relyingParty } from '../testing/relying-party.ts';

let auth: AuthUnderTest;
let organizationId: string;
let members: Set<string>;
let admin: Actor;

beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());
beforeEach(async () => {
  organizationId = newId();
  members = new Set();
  ({ actor: admin } = await auth.signIn(await auth.register()));
  const admins = new Set([admin.userId]);
  auth.world.organizations.set(organizationId, { admins, members, kept: new Set(), seats: 10 });
});

const valid = {
  name: 'Notes',
  authMethod: 'client_secret_basic',
  redirectUris: [callback],
  scopes: ['openid', 'email'],
};
const add = (body: object = valid, actor = admin, within = organizationId) =>
  auth.ask('POST', `/v1/oauth/clients?organization=${within}`, { actor, body });
const list = (query = '', actor = admin) => auth.ask('GET', `/v1/oauth/clients${query}`, { actor });
const manager = async () => {
  const { actor } = await auth.signIn(await auth.register());
  auth.grant(actor, 'clients.manage');
  return actor;
};

describe('an application of an organization', () => {
  it('is added, listed, changed and removed by its admins, and by those who manage all', async () => {
    for (const actor of [admin, await manager()]) {
      const { status, body } = await add(valid, actor);
      expect([status, body.organizationId]).toEqual([201, organizationId]);
      const path = `/v1/oauth/clients/${body.id}`;
      expect((await list(`?organization=${organizationId}`, actor)).body.items).toMatchObject([{ id: body.id }]);
      expect((await auth.ask('PATCH', path, { actor, body: { name: 'Other' } })).body).toMatchObject({ name: 'Other' });
      expect((await auth.ask('POST', `${path}/secret`, { actor })).status).toBe(201);
      expect((await auth.ask('DELETE', path, { actor })).status).toBe(200);
      const told = await auth.eventsAbout(String(body.id));
      expect(told.at(0)).toMatchObject({ type: 'client.added', data: { organizationId } });
    }
  });

  it('is nothing to other organizations, and those of everybody are nothing to its admins (N16)', async () => {
    const other = newId();
    const { actor: stranger } = await auth.signIn(await auth.register());
    const admins = new Set([stranger.userId]);
    auth.world.organizations.set(other, { admins, members: new Set(), kept: new Set(), seats: 10 });
    const { id } = (await add()).body;
    const everybodys = await registerClient(auth);
    for (const [path, actor] of [
      [`/${id}`, stranger],
      [`/${everybodys.id}`, admin],
      [`?organization=${organizationId}`, stranger],
      ['', admin],
    ] as const) {
      expect([path, (await list(path, actor)).status]).toEqual([path, 404]);
    }
    expect((await list(`?organization=${other}`, stranger)).body.items).toEqual([]);
    expect((await add(valid, await manager(), newId())).status).toBe(404);
    expect((await auth.ask('POST', '/v1/oauth/clients', { actor: admin, body: valid })).status).toBe(403);
  });

  it.each([
    ['an API of this service', { resources: [issuer] }, '/body/resources'],
    ['another API', { resources: ['https://api.example/'] }, '/body/resources'],
    ['scopes that open anything', { scopes: ['openid', 'account.read'] }, '/body/scopes'],
    ['a token in its own name', { grantTypes: ['authorization_code', 'client_credentials'] }, '/body/grantTypes'],
    ['an address that we call', { backchannelLogoutUri: 'https://app.example/logout' }, '/body/backchannelLogoutUri'],
  ])('400: gets no %s, when it is added or later', async (_, more, pointer) => {
    const refused = await add({ ...valid, ...more });
    expect([refused.status, refused.body.errors]).toEqual([400, [{ pointer, detail: expect.any(String) }]]);
    const path = `/v1/oauth/clients/${(await add()).body.id}`;
    const changed = await auth.ask('PATCH', path, { actor: await manager(), body: more });
    expect([changed.status, changed.body.errors]).toEqual([400, [{ pointer, detail: expect.any(String) }]]);
  });

  it('409: is not one too many', async () => {
    await auth.connection.sql`
      insert into auth.oauth_clients (id, settings, organization_id)
      select 'client_' || n, '{}'::jsonb, ${organizationId}::uuid from generate_series(1, 49) n`;
    const answers = await Promise.all([add(), add()]);
    expect(answers.map(({ status, body }) => body.code ?? status).sort()).toEqual([201, 'too_many_clients'].sort());
  });
});

describe('whom it signs in', () => {
  const visit = async (person: Person) => {
    const client = await registerClient(auth, {}, organizationId);
    const app = await relyingParty(auth, client);
    const browser = new Browser(auth);
    await browser.signIn(person);
    return { app, browser, begin: (more: Readonly<Record<string, string>> = {}) => begin(app, more) };
  };

  it('is a member', async () => {
    const ada = await auth.register();
    members.add(ada.userId);
    const { app, browser, begin } = await visit(ada);
    const begun = await begin();
    const tokens = await exchange(app, await browser.authorize(begun.url), begun);
    expect(tokens.claims()?.sub).toBe(ada.userId);
  });

  it('is nobody else: the application is told so, and nothing of who it was', async () => {
    const { browser, begin } = await visit(await auth.register());
    const answer = await browser.authorize((await begin()).url);
    expect(answer.searchParams.get('error')).toBe('access_denied');
    expect(answer.searchParams.has('code')).toBe(false);
    const silent = await browser.authorize((await begin({ prompt: 'none' })).url);
    expect(silent.searchParams.has('code')).toBe(false);
    expect(silent.searchParams.has('error')).toBe(true);
  });

  it('is a member no longer, once they have left, though they consented when they were', async () => {
    const ada = await auth.register();
    members.add(ada.userId);
    const { app, browser, begin } = await visit(ada);
    const begun = await begin();
    await exchange(app, await browser.authorize(begun.url), begun);
    members.delete(ada.userId);
    for (const prompt of [{}, { prompt: 'none' }]) {
      const answer = await browser.authorize((await begin(prompt)).url);
      expect(answer.searchParams.get('error')).toBe('access_denied');
    }
  });
});
