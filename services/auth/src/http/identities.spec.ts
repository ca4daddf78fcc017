import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthWithProviders, startAuthWithProviders } from '../testing/auth-with-providers.ts';
import type { Person } from '../testing/people.ts';

let auth: AuthWithProviders;
let ada: Person;
let eve: Person;

beforeAll(async () => {
  auth = await startAuthWithProviders();
});
afterAll(() => auth.stop());
beforeEach(async () => {
  [ada, eve] = await Promise.all([auth.register(), auth.register()]);
});

const identitiesOf = async (actor: Awaited<ReturnType<typeof auth.link>>) =>
  (await auth.ask('GET', '/v1/identities', { actor })).body.items as { id: string }[];

const forgetPassword = (person: Person) =>
  auth.connection.sql`update auth.credentials set password_hash = null where user_id = ${person.userId}`;

describe('GET /v1/identity-providers', () => {
  it('names those that are configured, and no secret of theirs', async () => {
    expect((await auth.ask('GET', '/v1/identity-providers')).body).toEqual({
      items: [
        { id: 'idp', name: 'The Provider', kind: 'redirect' },
        { id: 'other', name: 'other', kind: 'redirect' },
        { id: 'firebase', name: 'Firebase', kind: 'token' },
        { id: 'forge', name: 'forge', kind: 'redirect' },
      ],
    });
  });
});

describe('POST /v1/identities/:provider/begin', () => {
  it('knows the providers that are configured, and no other', async () => {
    for (const id of ['nobody', 'firebase', '__proto__', 'IDP']) {
      const { status } = await auth.ask('POST', `/v1/identities/${id}/begin`, { body: {} });
      expect([id, status === 404 || status === 400]).toEqual([id, true]);
    }
  });

  it('comes back to paths of our own only (N26, N27)', async () => {
    for (const returnTo of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      '/.//x',
    ]) {
      const { body } = await auth.ask('POST', '/v1/identities/idp/begin', { body: { returnTo } });
      expect(body).toMatchObject({ code: 'invalid_input', errors: [{ pointer: '/body/returnTo' }] });
    }
  });

  it('comes back to our own also where the table says otherwise (N27)', async () => {
    const browser = auth.browser();
    const answer = auth.idp.agree(await browser.begin('idp'), { sub: ada.userId });
    await auth.connection.sql`update auth.identity_sign_ins set return_to = 'https://evil.example/'`;
    expect((await browser.comeBack('idp', answer)).location).toMatch(/^http:\/\/rollcall\.test\/\?/);
  });

  it('links for nobody but whoever is signed in, and has signed in just now', async () => {
    const body = { purpose: 'link' };
    const nobody = await auth.ask('POST', '/v1/identities/idp/begin', { body });
    expect(nobody.body).toMatchObject({ status: 401, code: 'unauthenticated' });
    const { actor } = await auth.signIn(ada);
    const stale = { ...actor, authenticatedAt: actor.authenticatedAt - 3_600 };
    const late = await auth.ask('POST', '/v1/identities/idp/begin', { body, actor: stale });
    expect(late.body).toMatchObject({ status: 401, code: 'reauthentication_required' });
  });

  it('keeps its word to the browser in a cookie that no script reads', async () => {
    const { cookies } = await auth.ask('POST', '/v1/identities/idp/begin', { body: {} });
    expect(cookies).toEqual([
      expect.stringMatching(/^rollcall_identity=[\w-]{32}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/),
    ]);
  });

  it('says so while a provider does not describe itself', async () => {
    const fresh = await startAuthWithProviders();
    fresh.idp.script.answers['/.well-known/openid-configuration'] = { status: 500, body: '' };
    const { body } = await fresh.ask('POST', '/v1/identities/idp/begin', { body: {} });
    expect(body).toMatchObject({ status: 503, code: 'provider_unavailable' });
    fresh.idp.reset();
    fresh.idp.script.metadata = { authorization_endpoint: 'javascript:alert(1)' };
    const strange = await fresh.ask('POST', '/v1/identities/idp/begin', { body: {} });
    expect(strange.body).toMatchObject({ status: 503, code: 'provider_unavailable' });
    await fresh.stop();
  });
});

describe('linking', () => {
  it('is shown, told once, and changes nothing when it is done again', async () => {
    const actor = await auth.link(ada, { sub: ada.userId });
    await auth.link(ada, { sub: ada.userId });
    expect(await identitiesOf(actor)).toMatchObject([
      { authType: 'idp', issuer: auth.idp.url, externalId: ada.userId, lastUsedAt: null },
    ]);
    const told = (await auth.eventsAbout(ada.userId)).filter(({ type }) => type === 'identity.linked');
    expect(told).toMatchObject([{ actor: ada.userId, data: { authType: 'idp' } }]);
  });

  it('takes what is linked from nobody', async () => {
    await auth.link(ada, { sub: ada.userId });
    const { actor } = await auth.signIn(eve);
    const browser = auth.browser();
    const answer = auth.idp.agree(await browser.begin('idp', { purpose: 'link' }, actor), { sub: ada.userId });
    expect((await browser.comeBack('idp', answer)).error).toBe('identity_taken');
    expect(await identitiesOf(actor)).toEqual([]);
  });

  it('gives an account at a provider to one of two who link it at once', async () => {
    const begin = async (person: Person) => {
      const { actor } = await auth.signIn(person);
      const browser = auth.browser();
      const url = await browser.begin('idp', { purpose: 'link' }, actor);
      return () => browser.comeBack('idp', auth.idp.agree(url, { sub: 'the same' }));
    };
    const both = [await begin(ada), await begin(eve)];
    const ends = await Promise.all(both.map((come) => come()));
    expect(ends.map(({ error, told }) => error ?? told).sort()).toEqual(['identity_taken', 'linked']);
  });

  it('is over with the session in which it was begun', async () => {
    const { actor } = await auth.signIn(ada);
    const browser = auth.browser();
    const url = await browser.begin('idp', { purpose: 'link' }, actor);
    await auth.ask('DELETE', '/v1/sessions/current', { actor });
    expect((await browser.comeBack('idp', auth.idp.agree(url, { sub: ada.userId }))).error).toBe('token_revoked');
  });

  it('is over when somebody else has signed in in the same browser (N21)', async () => {
    const { actor } = await auth.signIn(ada);
    const { actor: another } = await auth.signIn(eve);
    const browser = auth.browser();
    const url = await browser.begin('idp', { purpose: 'link' }, actor);
    const back = await browser.comeBack('idp', auth.idp.agree(url, { sub: ada.userId }), another);
    expect(back.error).toBe('sign_in_expired');
    for (const one of [actor, another]) expect(await identitiesOf(one)).toEqual([]);
  });

  it('signs nobody in, and signing in links nothing (N20)', async () => {
    const { actor } = await auth.signIn(ada);
    const browser = auth.browser();
    const back = await browser.comeBack(
      'idp',
      auth.idp.agree(await browser.begin('idp', { purpose: 'link' }, actor), { sub: ada.userId }),
    );
    expect(back).toMatchObject({ told: 'linked', accessToken: undefined });
    const url = await browser.begin('idp', {}, actor);
    await browser.comeBack('idp', auth.idp.agree(url, { sub: 'never linked' }), actor);
    expect(await identitiesOf(actor)).toHaveLength(1);
  });
});

describe('DELETE /v1/identities/:identityId', () => {
  const unlink = (actor: Awaited<ReturnType<typeof auth.link>>, id = '') =>
    auth.ask('DELETE', `/v1/identities/${id}`, { actor });

  it('ends the way in, and is told', async () => {
    const actor = await auth.link(ada, { sub: ada.userId });
    const [identity] = await identitiesOf(actor);
    expect((await unlink(actor, identity?.id)).body).toEqual({ removed: true });
    expect((await auth.comeIn({ sub: ada.userId })).accessToken).toBeUndefined();
    expect((await auth.eventsAbout(ada.userId)).map(({ type }) => type)).toContain('identity.unlinked');
  });

  it('is for one’s own only', async () => {
    const actor = await auth.link(ada, { sub: ada.userId });
    const [identity] = await identitiesOf(actor);
    const { actor: stranger } = await auth.signIn(eve);
    expect((await unlink(stranger, identity?.id)).status).toBe(404);
    expect(await identitiesOf(actor)).toHaveLength(1);
  });

  it('asks for a recent sign-in', async () => {
    const actor = await auth.link(ada, { sub: ada.userId });
    const [identity] = await identitiesOf(actor);
    const stale = { ...actor, authenticatedAt: actor.authenticatedAt - 3_600 };
    expect((await unlink(stale, identity?.id)).body).toMatchObject({ code: 'reauthentication_required' });
  });

  it('leaves the last way in of somebody without a password, of any number at once', async () => {
    await auth.link(ada, { sub: `one of ${ada.userId}` });
    const actor = await auth.link(ada, { sub: `two of ${ada.userId}` });
    await forgetPassword(ada);
    const found = await identitiesOf(actor);
    const ends = await Promise.all(found.map(({ id }) => unlink(actor, id)));
    expect(ends.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(ends.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'last_way_in' });
    expect(await identitiesOf(actor)).toHaveLength(1);
  });
});

describe('somebody without a password', () => {
  it('signs in with none, and is refused as everybody else is', async () => {
    await forgetPassword(ada);
    for (const password of ['', 'null', ada.password]) {
      const body = { identifier: ada.username, password };
      expect((await auth.ask('POST', '/v1/sessions', { body })).body).toMatchObject({ code: 'invalid_credentials' });
    }
  });

  it('sets the first one after a recent sign-in, once, and proves it from then on', async () => {
    const { actor } = await auth.signIn(ada);
    await forgetPassword(ada);
    const body = { password: 'the very first password' };
    const stale = { ...actor, authenticatedAt: actor.authenticatedAt - 3_600 };
    const late = await auth.ask('PUT', '/v1/password', { actor: stale, body });
    expect(late.body).toMatchObject({ code: 'reauthentication_required' });
    expect((await auth.ask('PUT', '/v1/password', { actor, body })).status).toBe(200);
    const again = await auth.ask('PUT', '/v1/password', { actor, body: { password: 'quite another one' } });
    expect(again.body).toMatchObject({ code: 'invalid_input', errors: [{ pointer: '/body/current' }] });
    expect((await auth.signIn({ ...ada, password: body.password })).actor.userId).toBe(ada.userId);
  });
});
