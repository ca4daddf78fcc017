import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

export const clientSecret = 'a secret of a client that is long enough';

/**
 * A real OpenID provider on loopback, whose page asks nothing: whoever comes is signed in as who the spec says.
 *
 * @param register given where it will be, says which redirect address is registered there
 */
export const startRealProvider = async (register: (url: string) => string | Promise<string>) => {
  const state = { account: 'nobody', verified: true };
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const redirectUri = await register(url);
  const provider = new Provider(url, {
    clients: [{ client_id: 'rollcall', client_secret: clientSecret, redirect_uris: [redirectUri] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    cookies: { keys: ['a key of a spec'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: () => '/agree' },
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 600, IdToken: 60, Interaction: 60, Session: 600 },
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () => ({ sub, email: sub.includes('@') ? sub : `${sub}@example.com`, email_verified: state.verified }),
    }),
  });
  const serve = provider.callback();
  server.on('request', async (request, response) => {
    if (request.url !== '/agree') return serve(request, response);
    const { params } = await provider.interactionDetails(request, response);
    const grant = new provider.Grant({ accountId: state.account, clientId: String(params.client_id) });
    grant.addOIDCScope('openid email');
    const result = { login: { accountId: state.account }, consent: { grantId: await grant.save() } };
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  });

  /** Goes as a browser through its pages, up to the one that leads away. */
  const follow = async (begun: URL): Promise<URL> => {
    const cookies = new Map<string, string>();
    let next = begun.href;
    for (let hop = 0; hop < 10; hop++) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await fetch(next, { redirect: 'manual', headers: { cookie } });
      for (const set of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
        cookies.set(name, value);
      }
      const location = answer.headers.get('location');
      if (location === null) throw new Error(`the provider answered ${answer.status}: ${await answer.text()}`);
      next = new URL(location, next).href;
      if (next.startsWith(redirectUri)) return new URL(next);
    }
    throw new Error('the provider leads nowhere');
  };

  return {
    url,
    host: `127.0.0.1:${port}`,
    /** Agrees as this account; what the browser comes back with. */
    agree: async (begun: URL, account: string, verified = true): Promise<Record<string, string>> => {
      Object.assign(state, { account, verified });
      return Object.fromEntries((await follow(begun)).searchParams);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
};
