import { type AuthUnderTest, startAuthUnderTest } from './auth-under-test.ts';
import { type Browser, createBrowser } from './identity-browser.ts';
import type { Person } from './people.ts';
import { type ScriptedProvider, startScriptedProvider } from './scripted-provider.ts';

/** Auth with two OpenID providers that do as they are told. */
export const startAuthWithProviders = async () => {
  const [idp, other] = [await startScriptedProvider(), await startScriptedProvider()];
  const configured = [
    { id: 'idp', type: 'oidc', name: 'The Provider', issuer: idp.url, clientId: 'rollcall' },
    { id: 'other', type: 'oidc', issuer: other.url, clientId: 'rollcall' },
    { id: 'firebase', preset: 'firebase', projectId: 'a-project', keysUrl: `${idp.url}/jwks` },
    {
      id: 'forge',
      type: 'oauth2',
      authorizationUrl: `${idp.url}/authorize`,
      tokenUrl: `${idp.url}/forge/token`,
      userinfoUrl: `${idp.url}/forge/user`,
      clientId: 'rollcall',
      clientAuth: 'basic',
    },
  ];
  const auth = await startAuthUnderTest({
    environment: {
      IDENTITY_PROVIDERS: JSON.stringify(configured),
      IDENTITY_PROVIDER_SECRETS: JSON.stringify({
        idp: 'a secret of a client',
        other: 'another secret',
        forge: 'a third',
      }),
      OUTGOING_PRIVATE_HOSTS: `${idp.host},${other.host}`,
    },
  });
  const browser = () => createBrowser(auth.ask);

  /** Links somebody's account at the provider, in a browser of their own. */
  const link = async (
    person: Person,
    claims: Readonly<Record<string, unknown>>,
    at: ScriptedProvider = idp,
    id = 'idp',
  ) => {
    const { actor } = await auth.signIn(person);
    const own = browser();
    const url = await own.begin(id, { purpose: 'link' }, actor);
    const back = await own.comeBack(id, at.agree(url, claims));
    if (back.told !== 'linked') throw new Error(`linking ended with ${back.error}`);
    return actor;
  };
  /** Comes in by the provider, as far as that goes. */
  const comeIn = async (claims: Readonly<Record<string, unknown>>, own: Browser = browser()) =>
    own.comeBack('idp', idp.agree(await own.begin('idp'), claims));

  return {
    ...auth,
    idp,
    other,
    browser,
    link,
    comeIn,
    stop: async () => {
      await auth.stop();
      await Promise.all([idp.close(), other.close()]);
    },
  };
};

export type AuthWithProviders = Omit<AuthUnderTest, 'stop'> & Awaited<ReturnType<typeof startAuthWithProviders>>;
