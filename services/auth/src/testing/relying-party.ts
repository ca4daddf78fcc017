import type { ClientSettings } from '@rollcall/types/routes/auth/oauth-clients';
import * as oauth from 'openid-client';
import { readAnswer } from './answer.ts';
import type { AuthUnderTest } from './auth-under-test.ts';
import { issuer } from './browser.ts';

export const callback = 'https://app.example/callback';

/** Sends what an OAuth client sends to the service, as the gateway would hand it on. */
export const fetchFrom =
  (auth: AuthUnderTest, userAgent = 'an application'): oauth.CustomFetch =>
  async (url, { method, headers, body }) => {
    const { pathname, search } = new URL(url);
    return auth.send({
      method,
      path: pathname + search,
      userAgent,
      ...(body ? { rawBody: String(body) } : {}),
      headers: Object.fromEntries(new Headers(headers)),
    });
  };

/** An application that an administrator has registered, for everybody or for an organization. */
export const registerClient = async (
  auth: AuthUnderTest,
  settings: Partial<ClientSettings> = {},
  organizationId?: string,
): Promise<{ readonly id: string; readonly secret: string }> => {
  const { actor } = await auth.signIn(await auth.register());
  auth.grant(actor, 'clients.manage');
  const body = {
    name: 'An application',
    authMethod: 'client_secret_basic',
    redirectUris: [callback],
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    ...settings,
  };
  const query = organizationId === undefined ? '' : `?organization=${organizationId}`;
  const made = await auth.ask('POST', `/v1/oauth/clients${query}`, { actor, body });
  if (made.status !== 201) throw new Error(`no client was made: ${JSON.stringify(made.body)}`);
  return { id: String(made.body.id), secret: String(made.body.secret) };
};

/** What the application itself is to openid-client, which speaks the protocol for it. */
export const relyingParty = async (
  auth: AuthUnderTest,
  { id, secret }: { readonly id: string; readonly secret: string },
  method: oauth.ClientAuth = oauth.ClientSecretBasic(secret),
): Promise<oauth.Configuration> =>
  oauth.discovery(new URL(issuer), id, { id_token_signed_response_alg: 'ES256' }, method, {
    execute: [oauth.allowInsecureRequests],
    [oauth.customFetch]: fetchFrom(auth),
  });

export interface Begun {
  readonly url: string;
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

/** The beginning of an authorization with PKCE. */
export const begin = async (
  configuration: oauth.Configuration,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Begun> => {
  const verifier = oauth.randomPKCECodeVerifier();
  const [state, nonce] = [oauth.randomState(), oauth.randomNonce()];
  const url = oauth.buildAuthorizationUrl(configuration, {
    redirect_uri: callback,
    scope: 'openid profile email',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...parameters,
  });
  return { url: url.href, verifier, state, nonce };
};

/** The code of an answer, exchanged. */
export const exchange = (
  configuration: oauth.Configuration,
  answer: URL,
  { verifier, state, nonce }: Begun,
  parameters: Readonly<Record<string, string>> = {},
) =>
  oauth.authorizationCodeGrant(
    configuration,
    answer,
    { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce },
    parameters,
  );

/** A request to the token endpoint as it goes over the wire, for what no well-behaved library would send. */
export const tokenRequest = async (
  auth: AuthUnderTest,
  client: { readonly id: string; readonly secret: string | undefined } | undefined,
  form: Readonly<Record<string, string>>,
  userAgent = 'an application',
  path = '/oidc/token',
) =>
  readAnswer(
    await auth.send({
      method: 'POST',
      path,
      userAgent,
      rawBody: String(new URLSearchParams(form)),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(client?.secret === undefined
          ? {}
          : { authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}` }),
      },
    }),
  );
