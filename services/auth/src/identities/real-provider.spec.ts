import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthUnderTest, startAuthUnderTest } from '../testing/auth-under-test.ts';
import { createBrowser } from '../testing/identity-browser.ts';
import { actorOf } from '../testing/people.ts';
import { clientSecret, startRealProvider } from '../testing/real-provider.ts';

let idp: Awaited<ReturnType<typeof startRealProvider>>;
let auth: AuthUnderTest;

beforeAll(async () => {
  idp = await startRealProvider(() => 'http://rollcall.test/v1/identities/real/callback');
  auth = await startAuthUnderTest({
    environment: {
      IDENTITY_PROVIDERS: JSON.stringify([
        { id: 'real', type: 'oidc', issuer: idp.url, clientId: 'rollcall', clientAuth: 'basic' },
      ]),
      IDENTITY_PROVIDER_SECRETS: JSON.stringify({ real: clientSecret }),
      OUTGOING_PRIVATE_HOSTS: idp.host,
    },
  });
});
afterAll(async () => {
  await auth.stop();
  await idp.close();
});

describe('an OpenID provider that somebody else wrote', () => {
  it('signs in whoever has linked their account there', async () => {
    const ada = await auth.register();
    const { actor } = await auth.signIn(ada);
    const browser = createBrowser(auth.ask);
    const linking = await browser.begin('real', { purpose: 'link' }, actor);
    expect(await browser.comeBack('real', await idp.agree(linking, 'ada'))).toMatchObject({ told: 'linked' });
    const back = await browser.comeBack('real', await idp.agree(await browser.begin('real'), 'ada'));
    expect(actorOf(back.accessToken).userId).toBe(ada.userId);
  });

  it('signs in nobody by a code that was exchanged, or in another browser', async () => {
    const [browser, another] = [createBrowser(auth.ask), createBrowser(auth.ask)];
    const answer = await idp.agree(await browser.begin('real'), 'ada');
    await another.begin('real');
    expect((await another.comeBack('real', answer)).error).toBe('sign_in_expired');
    expect((await browser.comeBack('real', answer)).accessToken).toBeDefined();
    expect((await browser.comeBack('real', answer)).error).toBe('sign_in_expired');
    // The same code, with a state of one's own.
    const own = await another.begin('real');
    const stolen = { ...answer, state: own.searchParams.get('state') ?? '' };
    expect(await another.comeBack('real', stolen)).toMatchObject({ error: 'provider_refused', accessToken: undefined });
  });

  it('signs in nobody by a code of somebody else, which was asked for with another challenge', async () => {
    const [ada, eve] = [createBrowser(auth.ask), createBrowser(auth.ask)];
    const stolen = await idp.agree(await ada.begin('real'), 'ada');
    const own = await eve.begin('real');
    const injected = { ...stolen, state: own.searchParams.get('state') ?? '' };
    expect(await eve.comeBack('real', injected)).toMatchObject({ error: 'provider_refused', accessToken: undefined });
  });

  it('makes an account for who is new, once it vouches for the address', async () => {
    const browser = createBrowser(auth.ask);
    const not = await browser.comeBack('real', await idp.agree(await browser.begin('real'), 'grace', false));
    expect(not).toMatchObject({ error: 'email_not_verified', accessToken: undefined });
    const now = await browser.comeBack('real', await idp.agree(await browser.begin('real'), 'grace'));
    expect(now.accessToken).toBeDefined();
  });
});
