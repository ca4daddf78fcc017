import { z } from 'zod';
import { defineRoute, type Method, type Route } from '../../route-definition.ts';
import { line } from '../../text.ts';

const service = 'auth';

/** Where the provider's endpoints are, below `/oidc`. */
export const oauthPaths = {
  authorization: '/auth',
  token: '/token',
  userinfo: '/userinfo',
  pushed_authorization_request: '/par',
  introspection: '/introspect',
  revocation: '/revoke',
  device_authorization: '/device/code',
  code_verification: '/device',
  end_session: '/logout',
  registration: '/register',
} as const;

export const oauthPrefix = '/oidc';

const document = z.record(z.string(), z.unknown());

/** An endpoint of OAuth: its requests and its answers, errors included, have the forms of their own standards. */
const endpoint = <const Id extends string>(
  operationId: Id,
  method: Method,
  path: string,
  summary: string,
  more: Partial<Route> = {},
) =>
  defineRoute({
    service,
    operationId,
    method,
    path: `${oauthPrefix}${path}`,
    summary,
    callers: ['public'],
    rate: method === 'GET' ? 'read' : 'sign_in',
    responses: { 200: document },
    protocol: 'oauth',
    cookies: true,
    repeatable: false,
    tag: 'OAuth 2.1 and OpenID Connect',
    ...more,
  });

/**
 * Where programs present what nobody guesses: the server of an application does so for all its people from one address, and
 * devices that wait ask again and again. Counted with sign-ins, they would shut out whoever signs in beside them.
 */
const ofPrograms = { rate: 'write' } as const;
const page = { responses: { 200: z.string() }, media: 'text/html' } as const;
const uid = { params: z.object({ uid: line({ min: 1, max: 64 }) }) };

export const authorize = endpoint(
  'authorize',
  'GET',
  oauthPaths.authorization,
  'Ask a person for access: the authorization endpoint; PKCE with S256 is required',
  page,
);

export const resumeAuthorization = endpoint(
  'resumeAuthorization',
  'GET',
  `${oauthPaths.authorization}/:uid`,
  'Where a browser comes back to once its person has decided',
  { ...page, ...uid },
);

export const exchangeGrant = endpoint(
  'exchangeGrant',
  'POST',
  oauthPaths.token,
  'Tokens for a code, a refresh token, a device code, or for the application itself',
  ofPrograms,
);

export const readUserinfo = endpoint(
  'readUserinfo',
  'GET',
  oauthPaths.userinfo,
  'What the person has let the application know of them',
);

export const readUserinfoByPost = endpoint(
  'readUserinfoByPost',
  'POST',
  oauthPaths.userinfo,
  'The same, for clients that post',
  ofPrograms,
);

export const pushAuthorization = endpoint(
  'pushAuthorization',
  'POST',
  oauthPaths.pushed_authorization_request,
  'Push an authorization request (RFC 9126)',
  ofPrograms,
);

export const introspectToken = endpoint(
  'introspectToken',
  'POST',
  oauthPaths.introspection,
  'Is this token good, and what for (RFC 7662)',
  ofPrograms,
);

export const revokeToken = endpoint(
  'revokeToken',
  'POST',
  oauthPaths.revocation,
  'Give a token back (RFC 7009); with a refresh token goes the whole grant',
  ofPrograms,
);

export const authorizeDevice = endpoint(
  'authorizeDevice',
  'POST',
  oauthPaths.device_authorization,
  'A code to be typed in elsewhere, for devices without a browser (RFC 8628)',
);

export const showDevicePage = endpoint(
  'showDevicePage',
  'GET',
  oauthPaths.code_verification,
  'The page to type the code of a device into',
  page,
);

export const enterUserCode = endpoint(
  'enterUserCode',
  'POST',
  oauthPaths.code_verification,
  'The code of a device, typed into its page',
  page,
);

export const resumeDevice = endpoint(
  'resumeDevice',
  'GET',
  `${oauthPaths.code_verification}/:uid`,
  'Where a browser comes back to once its person has decided about a device',
  { ...page, ...uid },
);

export const endOAuthSession = endpoint(
  'endOAuthSession',
  'GET',
  oauthPaths.end_session,
  'An application asks to sign its person out (OpenID Connect RP-Initiated Logout)',
  page,
);

export const confirmOAuthLogout = endpoint(
  'confirmOAuthLogout',
  'POST',
  `${oauthPaths.end_session}/confirm`,
  'The answer of the person who was asked whether to sign out',
  page,
);

export const showSignedOut = endpoint(
  'showSignedOut',
  'GET',
  `${oauthPaths.end_session}/success`,
  'Signed out, with nowhere else to go',
  page,
);

export const registerClient = endpoint(
  'registerClient',
  'POST',
  oauthPaths.registration,
  'An application registers itself (RFC 7591), where `OAUTH_REGISTRATION` allows it',
  { responses: { 201: document } },
);

const registration = `${oauthPaths.registration}/:clientId`;
const byId = { params: z.object({ clientId: line({ min: 1, max: 64 }) }) };

export const readRegistration = endpoint(
  'readRegistration',
  'GET',
  registration,
  'What an application has registered itself as (RFC 7592)',
  byId,
);

export const replaceRegistration = endpoint(
  'replaceRegistration',
  'PUT',
  registration,
  'An application that has registered itself is something else now',
  { ...byId, rate: 'write' },
);

export const removeRegistration = endpoint(
  'removeRegistration',
  'DELETE',
  registration,
  'An application that has registered itself is no more',
  { ...byId, rate: 'write' },
);
