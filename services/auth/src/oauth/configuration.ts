import { clientAuthMethods } from '@rollcall/types/routes/auth/oauth-clients';
import { oauthPaths } from '@rollcall/types/routes/auth/oauth-protocol';
import { identityScopes } from '@rollcall/types/scopes';
import type { JWK } from 'jose';
import type { Configuration } from 'oidc-provider';
import { assurances } from '../factors/assurance.ts';
import type { Ports } from '../ports.ts';
import { findAccount, mayStillKnow } from './accounts.ts';
import { createClientAdapter, organizationOf, ownMetadata } from './client-adapter.ts';
import { oauthCookies } from './cookies.ts';
import { currentHop } from './current-request.ts';
import { createGrantLoader } from './grants.ts';
import { createInteractionPolicy } from './interaction-policy.ts';
import { isForThem } from './members-only.ts';
import * as pages from './pages.ts';
import { createRecordAdapter } from './record-adapter.ts';
import { createResourceFinder } from './resources.ts';
import { createSessionAdapter } from './session-adapter.ts';
import { createTokenClaims } from './token-claims.ts';

const minute = 60;
const signing = ['ES256' as const];
const clientSigning = ['ES256', 'PS256', 'RS256', 'EdDSA', 'Ed25519'] as const;

/** OAuth 2.1: nothing implicit, no passwords, PKCE for everybody. What is not named here is off. */
export const createConfiguration = (ports: Ports, keys: readonly JWK[]): Configuration => {
  const { config } = ports;
  const cookie = { httpOnly: true, sameSite: 'lax', secure: config.secureCookies, signed: false, path: '/' } as const;
  const accessToken = config.accessTokenLifetimeMilliseconds / 1_000;
  const refreshToken = config.sessionIdleMilliseconds / 1_000;
  const longest = config.sessionLifetimeMilliseconds / 1_000;
  return {
    adapter: (kind: string) =>
      kind === 'Client'
        ? createClientAdapter(ports)
        : kind === 'Session'
          ? createSessionAdapter(ports)
          : createRecordAdapter(ports, kind),
    jwks: { keys: keys.map((key) => ({ ...key })) as NonNullable<Configuration['jwks']>['keys'] },
    // To an application of an organization there are its members, and nobody else; to one that may know less of people than it
    // could, nobody whom it knows more of.
    findAccount: async ({ oidc }, userId, token) =>
      mayStillKnow(oidc.client, token) && (await isForThem(ports, organizationOf(oidc.client), userId, currentHop()))
        ? findAccount(ports, userId)
        : undefined,
    loadExistingGrant: createGrantLoader(ports),
    routes: oauthPaths,
    scopes: [...identityScopes],
    claims: {
      openid: ['sub', 'auth_time', 'acr', 'amr'],
      profile: ['preferred_username'],
      email: ['email', 'email_verified'],
    },
    acrValues: [...assurances],
    responseTypes: ['code'],
    clientAuthMethods: [...clientAuthMethods],
    clientDefaults: { id_token_signed_response_alg: 'ES256', response_types: ['code'] },
    extraClientMetadata: { properties: [...ownMetadata] },
    allowOmittingSingleRegisteredRedirectUri: false,
    pkce: { required: () => true },
    interactions: {
      policy: createInteractionPolicy(ports),
      url: (_, { uid }) => `/consent?interaction=${uid}`,
    },
    cookies: { names: oauthCookies, long: cookie, short: cookie },
    enabledJWA: {
      idTokenSigningAlgValues: signing,
      clientAuthSigningAlgValues: [...clientSigning],
      requestObjectSigningAlgValues: signing,
      userinfoSigningAlgValues: signing,
      introspectionSigningAlgValues: signing,
      authorizationSigningAlgValues: signing,
      dPoPSigningAlgValues: ['ES256', 'EdDSA'],
    },
    features: {
      backchannelLogout: { enabled: true },
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      deviceFlow: {
        enabled: true,
        userCodeInputSource: pages.askForUserCode,
        userCodeConfirmSource: pages.confirmUserCode,
        successSource: pages.showDeviceDone,
      },
      dPoP: { enabled: true },
      introspection: {
        enabled: true,
        allowedPolicy: async (_, client, token) =>
          token.clientId === client.clientId &&
          (!('accountId' in token) || isForThem(ports, organizationOf(client), token.accountId, currentHop())),
      },
      pushedAuthorizationRequests: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: createResourceFinder(config),
        useGrantedResource: async () => false,
      },
      revocation: { enabled: true, allowedPolicy: (_, client, token) => token.clientId === client.clientId },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: pages.askToSignOut,
        postLogoutSuccessSource: pages.showSignedOut,
      },
      userinfo: { enabled: true },
    },
    extraTokenClaims: createTokenClaims(ports),
    // With a session's end goes what was given for its time; what was given for longer has its own end.
    expiresWithSession: async (_, source) => !source.scopes.has('offline_access'),
    issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    ttl: {
      AccessToken: accessToken,
      AuthorizationCode: minute,
      ClientCredentials: accessToken,
      DeviceCode: 10 * minute,
      Grant: longest,
      IdToken: accessToken,
      Interaction: 30 * minute,
      // However often it is refreshed, a grant ends.
      RefreshToken: (_, token) => Math.max(1, Math.min(refreshToken, longest - token.totalLifetime())),
      // Where nobody is signed in, it is there for a form.
      Session: (_, { accountId }) => (accountId === undefined ? 60 * minute : refreshToken),
    },
    renderError: pages.showError,
    // Keys of clients, and nothing else: as all that is called at addresses which others choose. Without headers: by those the
    // provider would believe a key for as long as whoever has stolen it, or a failure for as long as a cache, may say.
    fetch: async (input, init) => {
      const headers = Object.fromEntries(new Headers(init?.headers));
      const { body, status } = await ports.outgoingToClients.call(String(input), { headers });
      return new Response(body, { status });
    },
  };
};
