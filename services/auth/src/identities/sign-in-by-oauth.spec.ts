import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthWithProviders, startAuthWithProviders } from '../testing/auth-with-providers.ts';
import { actorOf, type Person } from '../testing/people.ts';

let auth: AuthWithProviders;
let ada: Person;

beforeAll(async () => {
  auth = await startAuthWithProviders();
});
afterAll(() => auth.stop());
afterEach(() => auth.idp.reset());
beforeEach(async () => {
  ada = await auth.register();
});

const json = (value: unknown, status = 200) => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

/** Somebody comes back from the provider, who says this of them. */
const comeBack = async (information: unknown, purpose = 'sign_in', own = auth.browser()) => {
  const { actor } = await auth.signIn(ada);
  const url = await own.begin('forge', { purpose }, actor);
  auth.idp.script.answers['/forge/token'] ??= json({ access_token: 'opaque', token_type: 'bearer' });
  auth.idp.script.answers['/forge/user'] ??= json(information);
  return own.comeBack('forge', { code: 'a code', state: url.searchParams.get('state') ?? '' });
};

describe('a provider that knows OAuth 2 only', () => {
  it('signs in whoever has linked, by what its user information calls them', async () => {
    expect((await comeBack({ sub: ada.userId }, 'link')).told).toBe('linked');
    const back = await comeBack({ sub: ada.userId, email: 'any@example.com' });
    expect(actorOf(back.accessToken)).toMatchObject({ userId: ada.userId, methods: ['fed'] });
  });

  it('is sent a code challenge and no nonce, and the secret as it wants it', async () => {
    const browser = auth.browser();
    const url = await browser.begin('forge');
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    expect(url.searchParams.has('nonce')).toBe(false);
    await comeBack({ sub: ada.userId });
    const asked = auth.idp.asked.findLast(({ path }) => path === '/forge/token');
    expect(asked?.body.has('client_secret')).toBe(false);
    expect(asked?.body.get('code_verifier')).toMatch(/^[\w-]{43}$/);
  });

  it.each([
    ['nothing', {}],
    ['no text', { sub: { $ne: null } }],
    ['an empty name', { sub: '' }],
    ['a name too long', { sub: 'x'.repeat(300) }],
    ['a list', []],
    ['null', null],
  ])('signs nobody in when its user information is %s (N25)', async (_, information) => {
    expect(await comeBack(information)).toMatchObject({ error: 'provider_refused', accessToken: undefined });
  });

  it.each([
    ['its user information is refused', '/forge/user', json({ error: 'no' }, 401), 'provider_refused'],
    ['its user information breaks', '/forge/user', json({}, 502), 'provider_unavailable'],
    ['it says an error with 200', '/forge/token', json({ error: 'bad_verification_code' }), 'provider_refused'],
    ['it gives no access token', '/forge/token', json({ token_type: 'bearer' }), 'provider_refused'],
    [
      'it redirects to the inside',
      '/forge/user',
      { status: 302, headers: { location: 'http://[::1]/' }, body: '' },
      'provider_unavailable',
    ],
  ])('signs nobody in when %s', async (_, path, answer, error) => {
    auth.idp.script.answers[path] = answer;
    expect(await comeBack({ sub: ada.userId })).toMatchObject({ error, accessToken: undefined });
  });

  it('cannot speak for another provider that is called the same', async () => {
    await auth.link(ada, { sub: ada.userId });
    expect(await comeBack({ sub: ada.userId })).toMatchObject({ error: 'email_not_verified' });
  });
});
