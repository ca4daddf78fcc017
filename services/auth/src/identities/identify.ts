import { OutgoingHttpError } from '@rollcall/service-kit/outgoing-http-error';
import * as client from 'openid-client';
import { z } from 'zod';
import type { Identified, IdentityFault, OAuthProvider, RedirectProvider } from './provider.ts';
import type { ProviderClients } from './provider-clients.ts';
import type { Checks } from './sealed-checks.ts';
import { describedIdentity } from './user-information.ts';

/** What a provider sent the browser back with. */
export interface ProvidersAnswer {
  readonly state?: string | undefined;
  readonly code?: string | undefined;
  readonly iss?: string | undefined;
  readonly error?: string | undefined;
}

/** Where to send the browser: code flow with PKCE, a nonce, and a state that the provider returns (RFC 9700 section 2.1). */
export const authorizationUrl = async (
  clients: ProviderClients,
  provider: RedirectProvider,
  redirectUri: string,
  { state, nonce, codeVerifier }: Checks & { readonly state: string },
): Promise<URL> =>
  client.buildAuthorizationUrl(await clients(provider), {
    redirect_uri: redirectUri,
    scope: provider.scopes.join(' '),
    state,
    code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...(provider.type === 'oidc' ? { nonce } : {}),
    ...(provider.type === 'oidc' && provider.postsForms ? { response_mode: 'form_post' } : {}),
  });

/**
 * Exchanges the code and reads who it is. Of an OpenID provider that is its ID token, which has to be of this issuer, for
 * this client, with this nonce, and signed with a key of the provider's; of any other what its user information says.
 */
export const identify = async (
  clients: ProviderClients,
  provider: RedirectProvider,
  redirectUri: string,
  answer: ProvidersAnswer,
  { state, nonce, codeVerifier }: Checks & { readonly state: string },
): Promise<Identified | IdentityFault> => {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(answer)) if (value !== undefined) url.searchParams.set(name, value);
  try {
    const made = await clients(provider);
    const checks = { pkceCodeVerifier: codeVerifier, expectedState: state };
    if (provider.type === 'oauth2') {
      const { access_token } = await client.authorizationCodeGrant(made, url, checks);
      return await askWhoItIs(made, provider, access_token);
    }
    const oidcChecks = { ...checks, expectedNonce: nonce, idTokenExpected: true };
    const tokens = await client.authorizationCodeGrant(made, url, oidcChecks);
    const claims = tokens.claims();
    if (!claims) return { fault: 'provider_refused', reason: 'no claims' };
    return describedIdentity(provider, claims.iss, await withAddress(made, provider, tokens.access_token, claims));
  } catch (error) {
    return faultOf(error);
  }
};

/** Some say addresses in user information only (OpenID Connect Core section 5.4), which has to be about the same person. */
const withAddress = async (
  made: client.Configuration,
  { scopes }: RedirectProvider,
  accessToken: string,
  claims: client.IDToken,
): Promise<Readonly<Record<string, unknown>>> => {
  const isSaid = claims.email !== undefined || !scopes.includes('email');
  if (isSaid || made.serverMetadata().userinfo_endpoint === undefined) return claims;
  return { ...(await client.fetchUserInfo(made, accessToken, claims.sub)), sub: claims.sub };
};

const askWhoItIs = async (
  made: client.Configuration,
  provider: OAuthProvider,
  accessToken: string,
): Promise<Identified | IdentityFault> => {
  const { userinfoUrl, emailsUrl, issuer } = provider;
  const ask = async (address: string): Promise<unknown> => {
    const headers = new Headers({ accept: 'application/json', 'user-agent': 'rollcall' });
    const answer = await client.fetchProtectedResource(made, accessToken, new URL(address), 'GET', null, headers);
    if (answer.status !== 200) throw new Error('user information did not come', { cause: answer });
    return answer.json();
  };
  const information = z.record(z.string(), z.unknown()).parse(await ask(userinfoUrl));
  return describedIdentity(provider, issuer, information, emailsUrl === undefined ? undefined : await ask(emailsUrl));
};

/** A provider that does not answer may tomorrow; anything else it said proves nothing. */
const faultOf = (error: unknown): IdentityFault => {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof OutgoingHttpError) return { fault: 'provider_unavailable', reason: at.fault };
    if (at.cause instanceof Response && at.cause.status >= 500) {
      return { fault: 'provider_unavailable', reason: String(at.cause.status) };
    }
  }
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { fault: 'provider_refused', reason: code || (error instanceof Error ? error.name : 'unknown') };
};
