import type { ClientSettings } from '@rollcall/types/routes/auth/oauth-clients';
import { None, refreshTokenGrant } from 'openid-client';
import { generate } from 'otplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAnswer } from '../testing/answer.ts';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { Browser, issuer } from '../testing/browser.ts';
import type { Person } from '../testing/people.ts';
import { begin, callback, exchange, registerClient, relyingParty } from '../testing/relying-party.ts';

let auth: AuthUnderTest;
let client: Awaited<ReturnType<typeof registerClient>>;
let app: Awaited<ReturnType<typeof relyingParty>>;

beforeAll(async () => {
  auth = await startAuthUnderTest();
  client = await registerClient(auth, { name: 'Notes', policyUri: 'https://app.example/policy' });
  app = await relyingParty(auth, client);
});
afterAll(() => auth.stop());

const someone = async () => {
  const person = await auth.register();
  const browser = new Browser(auth);
  await browser.signIn(person);
  return { person, browser };
};

const addressOf = (at: URL): string => `/v1/oauth/interactions/${at.searchParams.get('interaction')}`;
const read = async (browser: Browser, at: URL) => readAnswer(await browser.request('GET', addressOf(at)));
const decide = async (browser: Browser, at: URL, decision: string) =>
  readAnswer(await browser.request('POST', addressOf(at), { body: { decision } }));

/** Proves the password once more, as the page does when it is asked to. */
const proveAgain = async (browser: Browser, { password }: Person) => {
  await browser.request('POST', '/v1/sessions/reauthenticate?cookies=true', { body: { password } });
  browser.recognize();
};

describe('200', () => {
  it('tells who asks, for what, and whether the present sign-in will do', async () => {
    const { browser } = await someone();
    const { location } = await browser.open((await begin(app, { login_hint: 'ada' })).url);
    const { status, body } = await read(browser, location);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      uid: location.searchParams.get('interaction'),
      prompt: 'consent',
      client: {
        id: client.id,
        name: 'Notes',
        policyUri: 'https://app.example/policy',
        logoUri: null,
        tosUri: null,
        selfRegistered: false,
      },
      scopes: [{ name: 'openid' }, { name: 'profile' }, { name: 'email' }],
      loginHint: 'ada',
      needsFresh: false,
    });
  });

  it('a consent is asked for once, and again for what is new', async () => {
    const { person, browser } = await someone();
    expect((await browser.authorize((await begin(app, { scope: 'openid email' })).url)).pathname).toBe('/callback');
    const elsewhere = new Browser(auth);
    await elsewhere.signIn(person);
    const { location } = await elsewhere.open((await begin(app, { scope: 'openid email' })).url);
    expect(location.searchParams.get('code')).toEqual(expect.any(String));
    const wider = await elsewhere.open((await begin(app)).url);
    expect((await read(elsewhere, wider.location)).body.scopes).toMatchObject([{ name: 'profile' }]);
    expect((await auth.eventsAbout(person.userId)).filter(({ type }) => type === 'consent.given')).toMatchObject([
      { actor: person.userId, data: { clientId: client.id, scopes: ['openid', 'email'] } },
    ]);
  });

  it('a consent to an installed application, which another one can pretend to be, is asked for each time', async () => {
    const { browser } = await someone();
    const redirect_uri = 'http://127.0.0.1/callback';
    const settings: Partial<ClientSettings> = {
      applicationType: 'native',
      authMethod: 'none',
      redirectUris: [redirect_uri],
    };
    const installed = await relyingParty(auth, await registerClient(auth, settings), None());
    const open = async () => browser.open((await begin(installed, { redirect_uri })).url);
    const answer = await browser.decide((await open()).location, 'approve');
    expect(answer.searchParams.get('code')).toEqual(expect.any(String));
    expect((await open()).location.pathname).toBe('/consent');
  });

  it('whoever refuses sends the application away with access_denied, and nothing else', async () => {
    const { browser } = await someone();
    const { location } = await browser.open((await begin(app)).url);
    const answer = await browser.decide(location, 'deny');
    expect(answer.origin + answer.pathname).toBe(callback);
    expect(answer.searchParams.get('error')).toBe('access_denied');
    expect(answer.searchParams.get('iss')).toBe(issuer);
    expect(answer.searchParams.get('code')).toBeNull();
  });

  it('whoever signs in on the way goes on from there', async () => {
    const person = await auth.register();
    const browser = new Browser(auth);
    const begun = await begin(app);
    const { location } = await browser.open(begun.url);
    expect((await read(browser, location)).body).toMatchObject({ prompt: 'login', needsFresh: false });
    await browser.signIn(person);
    const tokens = await exchange(app, await browser.authorize(begun.url), begun);
    expect(tokens.claims()?.sub).toBe(person.userId);
  });

  it('an access token that has expired is no reason to ask, as long as the sign-in goes on', async () => {
    const { browser } = await someone();
    browser.actor = null;
    expect((await read(browser, (await browser.open((await begin(app)).url)).location)).body.prompt).toBe('consent');
  });

  it('two tabs do not get in each other’s way', async () => {
    const { browser } = await someone();
    const [one, other] = [await begin(app), await begin(app, { scope: 'openid' })];
    const first = await browser.open(one.url);
    const second = await browser.open(other.url);
    const answer = await browser.decide(first.location, 'approve');
    expect((await exchange(app, answer, one)).scope).toBe('openid profile email');
    expect((await read(browser, second.location)).status).toBe(200);
  });
});

describe('a fresh or stronger sign-in', () => {
  it.each([
    ['prompt=login', { prompt: 'login' }],
    ['max_age', { max_age: '0' }],
  ])('is insisted on: %s', async (_, parameters) => {
    const { person, browser } = await someone();
    await auth.connection.sql`
      update auth.sessions set authenticated_at = authenticated_at - interval '1 minute' where user_id = ${person.userId}`;
    const begun = await begin(app, parameters);
    const { location } = await browser.open(begun.url);
    expect((await read(browser, location)).body).toMatchObject({ prompt: 'login', needsFresh: true });
    expect((await decide(browser, location, 'continue')).body).toMatchObject({ code: 'reauthentication_required' });
    await proveAgain(browser, person);
    const after = await browser.decide(location, 'continue');
    const tokens = await exchange(app, await browser.decide(after, 'approve'), begun);
    expect(tokens.claims()?.auth_time).toBeGreaterThan(Date.now() / 1_000 - 30);
  });

  it('applications that somebody uses stay signed in when they prove once more who they are', async () => {
    const { person, browser } = await someone();
    const begun = await begin(app);
    const tokens = await exchange(app, await browser.authorize(begun.url), begun);
    await proveAgain(browser, person);
    expect((await refreshTokenGrant(app, String(tokens.refresh_token))).access_token).toEqual(expect.any(String));
  });

  it('a second factor is asked for with acr_values=aal2 from whoever has one, and told in acr and amr', async () => {
    const { person, browser } = await someone();
    const enrolled = await auth.ask('POST', '/v1/mfa/totp', { actor: browser.actor });
    const code = await generate({ secret: String(enrolled.body.secret) });
    const confirmed = await auth.ask('POST', `/v1/mfa/totp/${enrolled.body.id}/confirm`, {
      actor: browser.actor,
      body: { code },
    });
    const begun = await begin(app, { acr_values: 'aal2' });
    const { location } = await browser.open(begun.url);
    expect((await read(browser, location)).body).toMatchObject({ prompt: 'login', needsFresh: true });
    expect((await decide(browser, location, 'continue')).body).toMatchObject({ code: 'reauthentication_required' });
    const body = { identifier: person.username, password: person.password };
    const { mfaToken } = (await auth.ask('POST', '/v1/sessions', { body })).body;
    const [recovery] = confirmed.body.recoveryCodes as string[];
    await browser.request('POST', '/v1/sessions/mfa?cookies=true', {
      body: { mfaToken, method: 'recovery_code', code: recovery },
    });
    browser.recognize();
    const tokens = await exchange(app, await browser.authorize(begun.url), begun);
    expect(tokens.claims()).toMatchObject({ acr: 'aal2', amr: expect.arrayContaining(['pwd', 'mfa']) });
  });

  it('whoever has no second factor goes on without one, and the application is told', async () => {
    const { browser } = await someone();
    const begun = await begin(app, { acr_values: 'aal2' });
    const tokens = await exchange(app, await browser.authorize(begun.url), begun);
    expect(tokens.claims()).toMatchObject({ acr: 'aal1' });
  });

  it('prompt=none never asks anybody', async () => {
    const { browser } = await someone();
    const asked = await browser.open((await begin(app, { prompt: 'none' })).url);
    expect(asked.location.searchParams.get('error')).toBe('consent_required');
    const nobody = await new Browser(auth).open((await begin(app, { prompt: 'none' })).url);
    expect(nobody.location.searchParams.get('error')).toBe('login_required');
  });
});

describe('400', () => {
  it.each([
    ['consent', 'continue'],
    ['consent', 'yes'],
  ])('at a %s the decision "%s" is none', async (_, decision) => {
    const { browser } = await someone();
    const { location } = await browser.open((await begin(app)).url);
    expect((await decide(browser, location, decision)).body).toMatchObject({ status: 400, code: 'invalid_input' });
  });
});

describe('an authorization belongs to one browser (N21, N30)', () => {
  it('another browser, whoever is signed in there, finds nothing and decides nothing', async () => {
    const { browser } = await someone();
    const { location } = await browser.open((await begin(app)).url);
    const stranger = (await someone()).browser;
    expect((await read(stranger, location)).body).toMatchObject({ status: 404 });
    expect((await decide(stranger, location, 'approve')).body).toMatchObject({ status: 404 });
    expect((await read(browser, location)).status).toBe(200);
  });

  it('a link that somebody else has begun leads the victim’s browser nowhere', async () => {
    const attacker = (await someone()).browser;
    const { location } = await attacker.open((await begin(app)).url);
    const { redirectTo } = (await decide(attacker, location, 'approve')).body;
    const victim = (await someone()).browser;
    const opened = await victim.open(String(redirectTo));
    expect([opened.location.origin, opened.response.status]).toEqual([issuer, 400]);
    expect(victim.cookies.some(({ name }) => name.includes('refresh'))).toBe(true);
  });

  it('a decision goes on for nobody but who made it: after signing out it is void', async () => {
    const { browser } = await someone();
    const { location } = await browser.open(
      (await begin(app, { scope: 'openid offline_access', prompt: 'consent' })).url,
    );
    const { redirectTo } = (await decide(browser, location, 'approve')).body;
    await auth.ask('DELETE', '/v1/sessions/current', { actor: browser.actor });
    browser.actor = null;
    const opened = await browser.open(String(redirectTo));
    expect(opened.location.searchParams.get('code')).toBeNull();
  });

  it('nor does a sign-in go on that was over before its browser came back', async () => {
    const browser = new Browser(auth);
    const { url } = await begin(app, { scope: 'openid offline_access', prompt: 'consent' });
    const { location } = await browser.open(url);
    await browser.signIn(await auth.register());
    const asked = await browser.decide(location, 'continue');
    const { redirectTo } = (await decide(browser, asked, 'approve')).body;
    await auth.ask('DELETE', '/v1/sessions/current', { actor: browser.actor });
    browser.actor = null;
    const opened = await browser.open(String(redirectTo));
    expect([opened.location.origin, opened.response.status]).toEqual([issuer, 400]);
  });

  it('in a browser where somebody is signed in it changes nothing, for either of the two', async () => {
    const [attacker, victim] = [await someone(), await someone()];
    const tokensIn = async (browser: Browser) => {
      const begun = await begin(app);
      return exchange(app, await browser.authorize(begun.url), begun);
    };
    const theirs = await tokensIn(attacker.browser);
    const planted = attacker.browser.cookies.filter(({ name }) => name.includes('oauth_session'));
    victim.browser.cookies = [...victim.browser.cookies, ...planted];
    const own = await tokensIn(victim.browser);
    expect([theirs.claims()?.sub, own.claims()?.sub]).toEqual([attacker.person.userId, victim.person.userId]);
    const next = await refreshTokenGrant(app, String(theirs.refresh_token));
    await auth.ask('DELETE', '/v1/sessions/current', { actor: attacker.browser.actor });
    await expect(refreshTokenGrant(app, String(next.refresh_token))).rejects.toThrow();
    expect((await refreshTokenGrant(app, String(own.refresh_token))).access_token).toEqual(expect.any(String));
  });

  it('a session of the provider that was planted in a browser signs nobody in', async () => {
    const attacker = (await someone()).browser;
    await attacker.open((await begin(app)).url);
    const planted = attacker.cookies.filter(({ name }) => name.includes('oauth_session'));
    expect(planted).toHaveLength(1);
    const victim = new Browser(auth);
    victim.cookies = [...planted];
    const { location } = await victim.open((await begin(app)).url);
    expect((await read(victim, location)).body).toMatchObject({ prompt: 'login' });
  });

  it('a consent is given by whoever was asked for it, and not by who has signed in since', async () => {
    const { browser } = await someone();
    const { location } = await browser.open((await begin(app)).url);
    await browser.signIn(await auth.register());
    expect((await decide(browser, location, 'approve')).body).toMatchObject({ status: 404 });
  });

  it('the session of the provider has another name before and after an authorization', async () => {
    const { browser } = await someone();
    const name = () => browser.cookies.find((one) => one.name.includes('oauth_session'))?.value;
    const { location } = await browser.open((await begin(app)).url);
    const before = name();
    await browser.decide(location, 'approve');
    expect(before).toEqual(expect.any(String));
    expect(name()).not.toBe(before);
  });
});
