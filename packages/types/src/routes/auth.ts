import { z } from 'zod';
import { entityId, instant, sessionId, userId } from '../ids.ts';
import { page, paging } from '../paging.ts';
import { email, mailedToken, newPassword, presentedPassword, username } from '../people.ts';
import { defineRoute } from '../route-definition.ts';
import { line } from '../text.ts';

const service = 'auth';

const identifier = line({ min: 1, max: 254 });
const ended = z.object({ ended: z.int().nonnegative() });

/** With `?cookies=true` the tokens are set as cookies and stand in no body. */
const tokens = z.object({
  accessToken: z.string().optional(),
  tokenType: z.literal('Bearer'),
  expiresIn: z.int().positive(),
  refreshToken: z.string().optional(),
  user: z.object({ id: userId }),
});

const cookieChoice = z.strictObject({ cookies: z.enum(['true', 'false']).optional() });

export const signIn = defineRoute({
  service,
  operationId: 'signIn',
  method: 'POST',
  path: '/v1/sessions',
  summary: 'Sign in with e-mail or username and password',
  callers: ['public'],
  rate: 'sign_in',
  query: cookieChoice,
  body: z.strictObject({ identifier, password: presentedPassword }),
  responses: { 201: tokens },
  refusals: ['invalid_credentials', 'rate_limited', 'overloaded'],
  cookies: true,
});

export const refreshSession = defineRoute({
  service,
  operationId: 'refreshSession',
  method: 'POST',
  path: '/v1/sessions/refresh',
  summary: 'Exchange the refresh token for a new pair; the old one works once',
  callers: ['public'],
  rate: 'sign_in',
  query: cookieChoice,
  body: z.strictObject({ refreshToken: line({ max: 256 }).optional() }),
  bodyOptional: true,
  responses: { 200: tokens },
  refusals: ['refresh_token_invalid'],
  cookies: true,
});

const session = z.object({
  id: sessionId,
  current: z.boolean(),
  createdAt: instant,
  lastUsedAt: instant,
  expiresAt: instant,
  ipAddress: z.string(),
  userAgent: z.string(),
});

export const listSessions = defineRoute({
  service,
  operationId: 'listSessions',
  method: 'GET',
  path: '/v1/sessions',
  summary: 'Where you are signed in',
  callers: ['user'],
  rate: 'read',
  query: z.strictObject(paging),
  responses: { 200: page(session) },
  refusals: ['invalid_cursor'],
});

export const signOut = defineRoute({
  service,
  operationId: 'signOut',
  method: 'DELETE',
  path: '/v1/sessions/current',
  summary: 'Sign out here',
  callers: ['user'],
  rate: 'write',
  responses: { 200: ended },
  cookies: true,
});

export const revokeSession = defineRoute({
  service,
  operationId: 'revokeSession',
  method: 'DELETE',
  path: '/v1/sessions/:sessionId',
  summary: 'Sign out one of your other devices',
  callers: ['user'],
  rate: 'write',
  params: z.object({ sessionId }),
  responses: { 200: ended },
});

export const revokeOtherSessions = defineRoute({
  service,
  operationId: 'revokeOtherSessions',
  method: 'DELETE',
  path: '/v1/sessions',
  summary: 'Sign out everywhere else',
  callers: ['user'],
  rate: 'write',
  responses: { 200: ended },
});

export const listUserSessions = defineRoute({
  service,
  operationId: 'listUserSessions',
  method: 'GET',
  path: '/v1/users/:userId/sessions',
  summary: 'Where a person is signed in',
  callers: [{ permission: 'sessions.manage' }],
  rate: 'read',
  params: z.object({ userId }),
  query: z.strictObject(paging),
  responses: { 200: page(session) },
  refusals: ['invalid_cursor'],
});

export const revokeUserSessions = defineRoute({
  service,
  operationId: 'revokeUserSessions',
  method: 'DELETE',
  path: '/v1/users/:userId/sessions',
  summary: 'End every session of a person',
  callers: [{ permission: 'sessions.manage' }],
  rate: 'write',
  params: z.object({ userId }),
  responses: { 200: ended },
});

export const forgotPassword = defineRoute({
  service,
  operationId: 'forgotPassword',
  method: 'POST',
  path: '/v1/password/forgot',
  summary: 'Mail a link to choose a new password; the answer never tells whether an account exists',
  callers: ['public'],
  rate: 'mail',
  body: z.strictObject({ email }),
  responses: { 202: z.object({ status: z.literal('accepted') }) },
});

export const resetPassword = defineRoute({
  service,
  operationId: 'resetPassword',
  method: 'POST',
  path: '/v1/password/reset',
  summary: 'Choose a new password with the token of the mailed link; every session ends',
  callers: ['public'],
  rate: 'sign_in',
  body: z.strictObject({ token: mailedToken, password: newPassword }),
  responses: { 200: z.object({ status: z.literal('changed') }) },
  refusals: ['token_invalid', 'weak_password', 'overloaded'],
});

export const changePassword = defineRoute({
  service,
  operationId: 'changePassword',
  method: 'PUT',
  path: '/v1/password',
  summary: 'Change the password; every other session ends',
  callers: ['user'],
  rate: 'sign_in',
  body: z.strictObject({ current: presentedPassword, password: newPassword }),
  responses: { 200: z.object({ status: z.literal('changed') }) },
  refusals: ['invalid_credentials', 'weak_password', 'rate_limited', 'overloaded'],
});

export const showResetPage = defineRoute({
  service,
  operationId: 'showResetPage',
  method: 'GET',
  path: '/reset-password',
  summary: 'The page behind the mailed link of a password reset',
  callers: ['public'],
  rate: 'read',
  query: z.object({ token: line({ max: 64 }).optional() }),
  responses: { 200: z.string() },
  html: true,
});

export const readKeySet = defineRoute({
  service,
  operationId: 'readKeySet',
  method: 'GET',
  path: '/.well-known/jwks.json',
  summary: 'The public keys that verify access tokens (RFC 7517)',
  callers: ['public'],
  rate: 'read',
  responses: { 200: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }) },
});

export const readServerMetadata = defineRoute({
  service,
  operationId: 'readServerMetadata',
  method: 'GET',
  path: '/.well-known/oauth-authorization-server',
  summary: 'Where the keys are and who issues tokens (RFC 8414)',
  callers: ['public'],
  rate: 'read',
  responses: { 200: z.record(z.string(), z.unknown()) },
});

export const readOpenIdConfiguration = defineRoute({
  ...readServerMetadata,
  operationId: 'readOpenIdConfiguration',
  path: '/.well-known/openid-configuration',
  summary: 'Where the keys are and who issues tokens (OpenID Connect Discovery)',
});

export const rotateSigningKey = defineRoute({
  service,
  operationId: 'rotateSigningKey',
  method: 'POST',
  path: '/v1/keys/rotate',
  summary: 'Sign with a new key; tokens signed by the old one stay good until they expire',
  callers: [{ permission: 'keys.manage' }],
  rate: 'write',
  responses: { 201: z.object({ id: z.string() }) },
  openAboutExistence: true,
});

export const authenticateUser = defineRoute({
  service,
  operationId: 'authenticateUser',
  method: 'POST',
  path: '/users/authenticate',
  summary: 'Check a username and password (UserService); answers a signed token',
  callers: ['public'],
  rate: 'sign_in',
  body: z.strictObject({ username: identifier, password: presentedPassword }),
  responses: { 200: z.object({ token: z.string() }) },
  refusals: ['invalid_credentials', 'rate_limited', 'overloaded'],
  tag: 'UserService',
});

export const storePendingCredential = defineRoute({
  service,
  operationId: 'storePendingCredential',
  method: 'PUT',
  path: '/internal/credentials/:userId',
  summary: 'Keep the password of a sign-up that is not verified yet; repeating it changes nothing',
  callers: [{ service: 'registration' }],
  rate: 'internal',
  params: z.object({ userId }),
  body: z.strictObject({ password: z.string().max(1024), expiresAt: instant }),
  responses: { 200: z.object({ stored: z.boolean() }) },
  refusals: ['weak_password', 'overloaded'],
});

export const storeDevCredential = defineRoute({
  ...storePendingCredential,
  operationId: 'storeDevCredential',
  path: '/internal/dev-credentials/:userId',
  summary: 'Keep any password, however weak, on a developer’s machine only; repeating it changes nothing',
  refusals: ['forbidden', 'overloaded'],
});

export const enrolUser = defineRoute({
  service,
  operationId: 'enrolUserInAuth',
  method: 'PUT',
  path: '/internal/users/:userId',
  summary: 'A verified person may sign in from now on; repeating it changes nothing',
  callers: [{ service: 'registration' }],
  rate: 'internal',
  params: z.object({ userId }),
  body: z.strictObject({ email, username }),
  responses: { 200: z.object({ enrolled: z.boolean() }) },
});

export const setUserAccess = defineRoute({
  service,
  operationId: 'setUserAccess',
  method: 'PUT',
  path: '/internal/users/:userId/access',
  summary: 'Shut or open every door of a person; shutting ends all sessions',
  callers: [{ service: 'deactivation' }],
  rate: 'internal',
  params: z.object({ userId }),
  body: z.strictObject({ enabled: z.boolean() }),
  responses: { 200: z.object({ enabled: z.boolean() }) },
});

export const mintResetSecret = defineRoute({
  service,
  operationId: 'mintResetSecret',
  method: 'POST',
  path: '/internal/password-resets/:requestId/secret',
  summary: 'Mint the secret of a reset mail; voids an earlier one of the same request',
  callers: [{ service: 'notification' }],
  rate: 'internal',
  params: z.object({ requestId: entityId }),
  responses: { 200: z.object({ token: mailedToken, expiresAt: instant }) },
});

/** One thing that ends tokens before their time. Positions are gapless and in commit order. */
export const revocation = z.object({
  position: z.int().positive(),
  kind: z.enum(['session', 'token']),
  value: z.string(),
  /** When every token it concerns has expired anyway, so that it may be forgotten. */
  expiresAt: instant,
});
export type Revocation = z.infer<typeof revocation>;

export const readRevocations = defineRoute({
  service,
  operationId: 'readRevocations',
  method: 'GET',
  path: '/internal/revocations',
  summary: 'Revocations after a position that still matter, and the position of the last',
  callers: [{ service: 'gateway' }],
  rate: 'internal',
  query: z.strictObject({ after: z.coerce.number().int().nonnegative().default(0) }),
  responses: { 200: z.object({ head: z.int().nonnegative(), items: z.array(revocation) }) },
});
