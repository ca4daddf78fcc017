import { waitFor } from '@rollcall/testing/wait-for';
import type { ClientSettings } from '@rollcall/types/routes/auth/oauth-clients';
import { sql } from 'drizzle-orm';
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import * as oauth from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { claimDueLogouts } from '../store/oauth-logouts.ts';
import { oauthLogouts } from '../store/tables/oauth.ts';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { Browser, issuer } from '../testing/browser.ts';
import { startLogoutListener } from '../testing/logout-listener.ts';
import type { Person } from '../testing/people.ts';
import { begin, exchange, registerClient, relyingParty } from '../testing/relying-party.ts';

type Listener = Awaited<ReturnType<typeof startLogoutListener>>;

let auth: AuthUnderTest;
let listener: Listener;
let unnamed: Listener;
let hung: Listener;

beforeAll(async () => {
  [listener, unnamed, hung] = await Promise.all([startLogoutListener(), startLogoutListener(), startLogoutListener()]);
  hung.answer(...Array.from({ length: 150 }, () => 'never' as const));
  auth = await startAuthUnderTest({ environment: { OUTGOING_PRIVATE_HOSTS: `${listener.host},${hung.host}` } });
});
afterAll(async () => {
  await auth.stop();
  await Promise.all([listener.stop(), unnamed.stop(), hung.stop()]);
});
beforeEach(() => {
  listener.heard.length = 0;
});

const hearing = (more: Partial<ClientSettings> = {}): Partial<ClientSettings> => ({
  backchannelLogoutUri: listener.url,
  backchannelLogoutSessionRequired: true,
  postLogoutRedirectUris: ['https://app.example/bye'],
  ...more,
});

const signIn = async (person: Person) => {
  const browser = new Browser(auth);
  await browser.signIn(person);
  return browser;
};

const visit = async (browser: Browser, client: Awaited<ReturnType<typeof registerClient>>) => {
  const app = await relyingParty(auth, client);
  const begun = await begin(app);
  return { app, tokens: await exchange(app, await browser.authorize(begun.url), begun) };
};

/** Somebody who is signed in at an application that wants to hear of it when they are no longer. */
const signedIn = async (more?: Partial<ClientSettings>) => {
  const person = await auth.register();
  const browser = await signIn(person);
  const client = await registerClient(auth, hearing(more));
  return { person, browser, client, ...(await visit(browser, client)) };
};

const verify = async (token: string, audience: string) => {
  const keys = (await auth.ask('GET', '/.well-known/jwks.json')).body as unknown as JSONWebKeySet;
  const options = { issuer, audience, typ: 'logout+jwt', algorithms: ['ES256'] };
  return (await jwtVerify(token, createLocalJWKSet(keys), options)).payload;
};

const queued = () =>
  auth.connection.sql`select client_id, attempts, next_attempt_at > now() as waits from auth.oauth_logouts`;
const whenToldAll = () => waitFor('all to be told', async () => (await queued()).length === 0);
const makeDue = () => auth.connection.sql`update auth.oauth_logouts set next_attempt_at = now()`;
const attempted = (count: number) =>
  waitFor(`attempt ${count}`, async () => (await queued()).some(({ attempts }) => attempts === count));

describe('an application that somebody has signed in at', () => {
  it('is told of their logout by a token that we have signed, with the name that the ID token gave the session', async () => {
    const { person, browser, client, tokens } = await signedIn();
    const sid = tokens.claims()?.sid;
    expect(sid).toEqual(expect.any(String));
    await browser.request('DELETE', '/v1/sessions/current');
    const [heard] = await listener.wait(1);
    expect(heard).toMatchObject({ method: 'POST', contentType: 'application/x-www-form-urlencoded' });
    const { iat, exp, ...told } = await verify(String(heard?.token), client.id);
    expect(told).toEqual({
      ...{ iss: issuer, aud: client.id, sub: person.userId, sid, jti: expect.any(String) },
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    });
    expect(Number(exp) - Number(iat)).toBe(120);
    await whenToldAll();
    expect(listener.heard).toHaveLength(1);
  });

  it('that does not ask which session it was is told whose it was', async () => {
    const { person, browser, client, tokens } = await signedIn({ backchannelLogoutSessionRequired: false });
    expect(tokens.claims()).not.toHaveProperty('sid');
    await browser.request('DELETE', '/v1/sessions/current');
    const [heard] = await listener.wait(1);
    const told = await verify(String(heard?.token), client.id);
    expect(told.sub).toBe(person.userId);
    expect(told).not.toHaveProperty('sid');
    await whenToldAll();
  });

  it.each([
    [
      'signs out elsewhere',
      async (person: Person) => {
        const { actor } = await auth.signIn(person);
        await auth.ask('DELETE', '/v1/sessions', { actor });
      },
    ],
    [
      'is signed out by an administrator',
      async (person: Person) => {
        const { actor } = await auth.signIn(await auth.register());
        auth.grant(actor, 'sessions.manage');
        await auth.ask('DELETE', `/v1/users/${person.userId}/sessions`, { actor });
      },
    ],
    [
      'takes another password',
      async (person: Person) => {
        const token = await auth.resetTokenFor(person.email);
        await auth.ask('POST', '/v1/password/reset', { body: { token, password: 'an entirely different password' } });
      },
    ],
    [
      'is shut out',
      async (person: Person) => {
        await auth.setAccess(person, false);
      },
    ],
  ])('is told when the person %s', async (_, end) => {
    const { person, client } = await signedIn();
    await end(person);
    const [heard] = await listener.wait(1);
    expect((await verify(String(heard?.token), client.id)).sub).toBe(person.userId);
    await whenToldAll();
  });

  it('is told when another application signs the person out here', async () => {
    const { person, browser, client } = await signedIn();
    const other = await visit(
      browser,
      await registerClient(auth, hearing({ backchannelLogoutUri: null, backchannelLogoutSessionRequired: false })),
    );
    const url = oauth.buildEndSessionUrl(other.app, { id_token_hint: String(other.tokens.id_token) });
    const page = await (await browser.request('GET', url.href)).text();
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
    await browser.request('POST', '/oidc/logout/confirm', { form: { xsrf, logout: 'yes' } });
    const [heard] = await listener.wait(1);
    expect((await verify(String(heard?.token), client.id)).sub).toBe(person.userId);
    await whenToldAll();
    expect(listener.heard).toHaveLength(1);
  });

  it('hears of that sign-in alone, and not before it is over: not when the person proves once more who they are', async () => {
    const { person, browser, client, tokens } = await signedIn();
    const elsewhere = await signIn(person);
    await visit(elsewhere, client);
    await (await signIn(person)).request('DELETE', '/v1/sessions/current');
    await browser.request('POST', '/v1/sessions/reauthenticate?cookies=true', { body: { password: person.password } });
    browser.recognize();
    expect(await queued()).toHaveLength(0);
    await browser.request('DELETE', '/v1/sessions/current');
    const [heard] = await listener.wait(1);
    expect((await verify(String(heard?.token), client.id)).sid).toBe(tokens.claims()?.sid);
    await whenToldAll();
    expect(listener.heard).toHaveLength(1);
  });

  it('does not hear of a sign-in that another one in the same browser takes the place of, unless that is somebody else’s', async () => {
    const { person, browser, client } = await signedIn();
    browser.recognize();
    await browser.signIn(person);
    expect(await queued()).toEqual([]);
    await browser.signIn(await auth.register());
    const [heard] = await listener.wait(1);
    expect(await verify(String(heard?.token), client.id)).toMatchObject({ sub: person.userId });
    await whenToldAll();
  });

  it('is not told while it is disabled, nor when it does not want to hear it any more', async () => {
    const { actor } = await auth.signIn(await auth.register());
    auth.grant(actor, 'clients.manage');
    for (const body of [{ enabled: false }, { backchannelLogoutUri: null, backchannelLogoutSessionRequired: false }]) {
      const { browser, client } = await signedIn();
      await auth.ask('PATCH', `/v1/oauth/clients/${client.id}`, { actor, body });
      await browser.request('DELETE', '/v1/sessions/current');
      await whenToldAll();
    }
    expect(listener.heard).toEqual([]);
  });
});

describe('a logout', () => {
  it('that was not understood is told again, each time by a token of its own, until it is', async () => {
    const { browser, client } = await signedIn();
    listener.answer(500, 302);
    await browser.request('DELETE', '/v1/sessions/current');
    await attempted(1);
    expect(await queued()).toMatchObject([{ client_id: client.id, waits: true }]);
    await makeDue();
    await attempted(2);
    await listener.wait(2);
    await makeDue();
    await whenToldAll();
    const told = await Promise.all(listener.heard.map(({ token }) => verify(token, client.id)));
    expect(new Set(told.map(({ jti }) => jti)).size).toBe(3);
    expect(new Set(told.map(({ sid }) => sid)).size).toBe(1);
  });

  it('is given up after so many attempts', async () => {
    const { browser } = await signedIn();
    listener.answer(500, 500);
    await browser.request('DELETE', '/v1/sessions/current');
    await attempted(1);
    await auth.connection.sql`update auth.oauth_logouts set next_attempt_at = now(), attempts = 8`;
    await whenToldAll();
    expect(listener.heard).toHaveLength(2);
  });

  it('is not lost with a replica that dies with it in hand', async () => {
    const { browser } = await signedIn();
    listener.answer(500);
    await browser.request('DELETE', '/v1/sessions/current');
    await attempted(1);
    await auth.connection.db.transaction(async (tx) => {
      await tx.update(oauthLogouts).set({ nextAttemptAt: sql`now()` });
      expect(await claimDueLogouts(tx, { inAll: 1, ofEach: 1, busy: [] }, () => 15)).toHaveLength(1);
    });
    expect(await queued()).toMatchObject([{ attempts: 2, waits: true }]);
    expect(listener.heard).toHaveLength(1);
    await makeDue();
    await whenToldAll();
    expect(listener.heard).toHaveLength(2);
  });

  it('is told once, however many replicas there are', async () => {
    const replicas = [await auth.startReplica(), await auth.startReplica()];
    const person = await auth.register();
    const client = await registerClient(auth, hearing());
    const browsers = await Promise.all(Array.from({ length: 8 }, () => signIn(person)));
    for (const browser of browsers) await visit(browser, client);
    await auth.setAccess(person, false);
    await whenToldAll();
    const sids = listener.heard.map(({ token }) => decodeJwt(token).sid);
    expect(sids).toHaveLength(8);
    expect(new Set(sids).size).toBe(8);
    for (const replica of replicas) await replica.stop();
  });

  it('is told to one application however many wait for another, which does not answer', async () => {
    const { browser } = await signedIn();
    const silent = await registerClient(auth, hearing({ backchannelLogoutUri: hung.url }));
    await auth.connection.sql`
      insert into auth.oauth_logouts (client_id, user_id, sid, next_attempt_at)
      select ${silent.id}, gen_random_uuid(), n::text, now() - interval '1 minute' from generate_series(1, 150) n`;
    await browser.request('DELETE', '/v1/sessions/current');
    await listener.wait(1);
    const begun = (await queued()).filter(({ client_id, attempts }) => client_id === silent.id && attempts > 0);
    expect(begun).toHaveLength(8);
    await auth.connection.sql`delete from auth.oauth_logouts`;
  });

  it('goes to no private address that the operator has not named', async () => {
    const { browser } = await signedIn({ backchannelLogoutUri: unnamed.url });
    await browser.request('DELETE', '/v1/sessions/current');
    await attempted(1);
    await auth.connection.sql`update auth.oauth_logouts set next_attempt_at = now(), attempts = 8`;
    await whenToldAll();
    expect(unnamed.heard).toEqual([]);
  });
});

describe('back-channel logout', () => {
  it('is announced', async () => {
    expect((await auth.ask('GET', '/.well-known/openid-configuration')).body).toMatchObject({
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    });
  });

  it.each([
    [{ backchannelLogoutUri: 'http://app.example/logout' }, '/body/backchannelLogoutUri'],
    [{ backchannelLogoutUri: 'https://app.example/logout#x' }, '/body/backchannelLogoutUri'],
    [{ backchannelLogoutUri: 'com.example.app:/logout' }, '/body/backchannelLogoutUri'],
    [{ backchannelLogoutSessionRequired: true }, '/body/backchannelLogoutSessionRequired'],
  ])('goes to addresses that may be called: not %j', async (more, pointer) => {
    const { actor } = await auth.signIn(await auth.register());
    auth.grant(actor, 'clients.manage');
    const body = { name: 'x', authMethod: 'none', redirectUris: ['https://app.example/'], ...more };
    const answer = await auth.ask('POST', '/v1/oauth/clients', { actor, body });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });
});
