import { SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthWithProviders, startAuthWithProviders } from '../testing/auth-with-providers.ts';
import { actorOf, type Person } from '../testing/people.ts';

let auth: AuthWithProviders;
let ada: Person;
let subject = '';

beforeAll(async () => {
  auth = await startAuthWithProviders();
});
afterAll(() => auth.stop());
beforeEach(async () => {
  ada = await auth.register();
  subject = `subject of ${ada.username}`;
});
afterEach(() => {
  auth.idp.reset();
  auth.other.reset();
});

describe('somebody who has linked an account with a provider', () => {
  it('signs in by it, with cookies and nothing of it in the address', async () => {
    await auth.link(ada, { sub: subject });
    const browser = auth.browser();
    const url = await browser.begin('idp', { returnTo: '/account?tab=security' });
    const back = await browser.comeBack('idp', auth.idp.agree(url, { sub: subject }));
    expect(back).toMatchObject({ status: 303, location: 'http://rollcall.test/account?tab=security' });
    expect(actorOf(back.accessToken)).toMatchObject({ userId: ada.userId, methods: ['fed'] });
    const told = (await auth.eventsAbout(ada.userId)).map(({ type }) => type);
    expect(told).toEqual(['session.started', 'identity.linked', 'session.started']);
  });

  it('is found by what the issuer calls them, whatever address it says they have', async () => {
    const eve = await auth.register();
    await auth.link(ada, { sub: subject });
    const back = await auth.comeIn({ sub: subject, email: eve.email, email_verified: true });
    expect(actorOf(back.accessToken).userId).toBe(ada.userId);
  });

  it('is not found by the same name at another provider', async () => {
    await auth.link(ada, { sub: subject });
    const browser = auth.browser();
    const url = await browser.begin('other');
    const back = await browser.comeBack('other', auth.other.agree(url, { sub: subject }));
    expect(back).toMatchObject({ error: 'email_not_verified', accessToken: undefined });
  });

  it('sends the provider a code challenge, a nonce and a state, and the verifier with the code', async () => {
    await auth.link(ada, { sub: subject });
    const browser = auth.browser();
    const url = await browser.begin('idp');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'rollcall',
      response_type: 'code',
      scope: 'openid email',
      redirect_uri: 'http://rollcall.test/v1/identities/idp/callback',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      nonce: expect.stringMatching(/^[\w-]{32}$/),
      state: expect.stringMatching(/^[\w-]{32}$/),
    });
    await browser.comeBack('idp', auth.idp.agree(url, { sub: subject }));
    const sent = auth.idp.asked.filter(({ path }) => path === '/token').at(-1)?.body;
    expect(sent?.get('code_verifier')).toMatch(/^[\w-]{43}$/);
    expect(sent?.get('client_secret')).toBe('a secret of a client');
  });

  it('keeps neither state nor nonce nor verifier readable in the database', async () => {
    const url = await auth.browser().begin('idp');
    const rows = await auth.connection.sql`select to_jsonb(s)::text as text from auth.identity_sign_ins s`;
    const text = rows.map((row) => row.text).join();
    for (const name of ['state', 'nonce']) expect(text).not.toContain(url.searchParams.get(name));
  });
});

describe('an account that has the address', () => {
  it('is not joined, although the provider has verified it: its owner is asked to link (N17)', async () => {
    const back = await auth.comeIn({ sub: subject, email: ada.email, email_verified: true });
    expect(back).toMatchObject({ status: 303, error: 'identity_not_linked', accessToken: undefined });
  });

  it('is not even looked for where the provider has not verified it', async () => {
    for (const email_verified of [false, undefined, 'no', 0, null]) {
      const back = await auth.comeIn({ sub: subject, email: ada.email, email_verified });
      expect(back).toMatchObject({ error: 'email_not_verified', accessToken: undefined });
    }
  });
});

/** A sign-in of somebody who has linked, with an answer of the provider that is not as it should be. */
const comeBackWith = async (change: (answer: Record<string, string>) => Record<string, string | undefined>) => {
  const browser = auth.browser();
  const answer = change(auth.idp.agree(await browser.begin('idp'), { sub: subject }));
  const given = Object.entries(answer).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return browser.comeBack('idp', Object.fromEntries(given));
};

describe('what comes back from a provider', () => {
  beforeEach(() => auth.link(ada, { sub: subject }));

  it('works once (N20)', async () => {
    const browser = auth.browser();
    const answer = auth.idp.agree(await browser.begin('idp'), { sub: subject });
    const twice = await Promise.all([browser.comeBack('idp', answer), browser.comeBack('idp', answer)]);
    expect(twice.map(({ error }) => error).sort()).toEqual(['sign_in_expired', undefined]);
    expect((await browser.comeBack('idp', answer)).error).toBe('sign_in_expired');
  });

  it('works in the browser that began it only, and another one does not use it up (N21)', async () => {
    const browser = auth.browser();
    const answer = auth.idp.agree(await browser.begin('idp'), { sub: subject });
    const bare = auth.browser();
    const busy = auth.browser();
    await busy.begin('idp');
    for (const foreign of [bare, busy]) {
      expect(await foreign.comeBack('idp', answer)).toMatchObject({ error: 'sign_in_expired', accessToken: undefined });
    }
    expect((await browser.comeBack('idp', answer)).accessToken).toBeDefined();
  });

  it('works for two tabs of one browser', async () => {
    const browser = auth.browser();
    const [one, two] = [await browser.begin('idp'), await browser.begin('idp')];
    for (const url of [one, two]) {
      expect((await browser.comeBack('idp', auth.idp.agree(url, { sub: subject }))).error).toBeUndefined();
    }
  });

  it('works for ten minutes', async () => {
    const browser = auth.browser();
    const answer = auth.idp.agree(await browser.begin('idp'), { sub: subject });
    await auth.connection.sql`update auth.identity_sign_ins set expires_at = now()`;
    expect((await browser.comeBack('idp', answer)).error).toBe('sign_in_expired');
  });

  it('is not taken at another provider than it was begun at (mix-up)', async () => {
    const browser = auth.browser();
    const answer = auth.idp.agree(await browser.begin('idp'), { sub: subject });
    expect((await browser.comeBack('other', answer)).error).toBe('sign_in_expired');
  });

  it.each([
    ['an issuer of another provider (mix-up)', () => ({ iss: auth.other.url }), 'provider_refused'],
    ['no issuer, of a provider that says it', () => ({ iss: undefined }), 'provider_refused'],
    ['no code', () => ({ code: undefined }), 'provider_refused'],
    ['a code that was never given', () => ({ code: 'guessed' }), 'provider_refused'],
    ['an error in place of a code', () => ({ code: undefined, error: 'access_denied' }), 'provider_refused'],
    ['an error beside a code', () => ({ error: 'access_denied' }), 'provider_refused'],
    ['another state', () => ({ state: 'x'.repeat(32) }), 'sign_in_expired'],
    ['no state', () => ({ state: undefined }), 'sign_in_expired'],
    ['an empty state', () => ({ state: '' }), 'sign_in_expired'],
  ])('signs nobody in with %s (N25)', async (_, change, error) => {
    const back = await comeBackWith((answer) => ({ ...answer, ...change() }));
    expect(back).toMatchObject({ status: 303, error, accessToken: undefined });
  });

  it('is not read at all where a parameter is there twice, or is no text (N25)', async () => {
    for (const query of ['state=a&state=b', 'code=%00', `state=${'x'.repeat(600)}`]) {
      expect((await auth.ask('GET', `/v1/identities/idp/callback?${query}`)).status).toBe(400);
    }
  });
});

describe('an ID token', () => {
  beforeEach(() => auth.link(ada, { sub: subject }));

  const secretOf = (text: string) => new TextEncoder().encode(text);
  const past = () => Math.floor(Date.now() / 1_000) - 3_600;

  it.each([
    ['of another issuer (N18)', (claims: object) => auth.idp.signed({ ...claims, iss: auth.other.url })],
    [
      'of an issuer that is almost this one',
      (claims: object) => auth.idp.signed({ ...claims, iss: `${auth.idp.url}/` }),
    ],
    ['for another client', (claims: object) => auth.idp.signed({ ...claims, aud: 'another' })],
    [
      'for several, given to another one',
      (claims: object) => auth.idp.signed({ ...claims, aud: ['rollcall', 'x'], azp: 'x' }),
    ],
    ['that has expired', (claims: object) => auth.idp.signed({ ...claims, exp: past(), iat: past() - 60 })],
    ['without an end', (claims: object) => auth.idp.signed({ ...claims, exp: undefined })],
    ['with another nonce', (claims: object) => auth.idp.signed({ ...claims, nonce: 'x'.repeat(32) })],
    ['without a nonce', (claims: object) => auth.idp.signed({ ...claims, nonce: undefined })],
    ['without a subject', (claims: object) => auth.idp.signed({ ...claims, sub: undefined })],
    ['with an empty subject', (claims: object) => auth.idp.signed({ ...claims, sub: '' })],
    ['that nobody signed (N07)', (claims: object) => auth.idp.unsigned({ ...claims })],
    [
      'signed with the secret of the client',
      (claims: object) =>
        new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(secretOf('a secret of a client')),
    ],
    ['signed by another provider', (claims: object) => auth.other.signed({ ...claims })],
    ['that is none', () => 'a.b.c'],
    ['that is missing', () => ''],
  ])('signs nobody in %s', async (_, sign) => {
    auth.idp.script.sign = sign;
    const back = await auth.comeIn({ sub: subject });
    expect(back).toMatchObject({ status: 303, error: 'provider_refused', accessToken: undefined });
  });

  it('of a provider that says it does not sign is refused all the same', async () => {
    auth.idp.script.sign = (claims) => auth.idp.unsigned(claims);
    auth.idp.script.metadata = { id_token_signing_alg_values_supported: ['none', 'HS256', 'RS256'] };
    expect((await auth.comeIn({ sub: subject })).error).toBe('provider_refused');
  });
});

describe('a provider that is out of order', () => {
  beforeEach(() => auth.link(ada, { sub: subject }));

  it.each([
    ['refuses the code', { status: 400, body: '{"error":"invalid_grant"}' }, 'provider_refused'],
    ['breaks', { status: 500, body: 'oops' }, 'provider_unavailable'],
    ['says what is no JSON', { status: 200, body: '<html>' }, 'provider_refused'],
    [
      'sends on to the inside (N41)',
      { status: 307, headers: { location: 'http://127.0.0.1:1/' }, body: '' },
      'provider_unavailable',
    ],
    ['says too much', { status: 200, body: 'x'.repeat(2_000_000) }, 'provider_unavailable'],
  ])('signs nobody in when it %s', async (_, answer, error) => {
    auth.idp.script.answers['/token'] = { headers: { 'content-type': 'application/json' }, ...answer };
    expect(await auth.comeIn({ sub: subject })).toMatchObject({ error, accessToken: undefined });
  });

  it('signs nobody in when its answer does not end, and keeps nobody waiting for it', async () => {
    auth.idp.script.answers['/token'] = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(timer));
    };
    expect(await auth.comeIn({ sub: subject })).toMatchObject({ error: 'provider_unavailable' });
  }, 8_000);
});
