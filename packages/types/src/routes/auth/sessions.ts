import { z } from 'zod';
import { instant, sessionId, userId } from '../../ids.ts';
import { page, paging } from '../../paging.ts';
import { presentedPassword } from '../../people.ts';
import { reason } from '../../permissions.ts';
import { defineRoute } from '../../route-definition.ts';
import { line } from '../../text.ts';

const service = 'auth';

const identifier = line({ min: 1, max: 254 });
const ended = z.object({ ended: z.int().nonnegative() });

/** With `?cookies=true` the tokens are set as cookies and stand in no body. */
export const tokens = z.object({
  accessToken: z.string().optional(),
  tokenType: z.literal('Bearer'),
  expiresIn: z.int().positive(),
  refreshToken: z.string().optional(),
  user: z.object({ id: userId }),
});

/** What a second factor may be proved with. */
export const secondFactorMethod = z.enum(['totp', 'passkey', 'recovery_code']);

/** The password was right, and a second factor is needed: nobody is signed in yet. */
export const challenge = z.object({
  status: z.literal('mfa_required'),
  /** For `POST /v1/sessions/mfa`; good for one sign-in. */
  mfaToken: z.string(),
  expiresIn: z.int().positive(),
  methods: z.array(secondFactorMethod),
});

export const cookieChoice = z.strictObject({ cookies: z.enum(['true', 'false']).optional() });

export const signIn = defineRoute({
  service,
  operationId: 'signIn',
  method: 'POST',
  path: '/v1/sessions',
  summary: 'Sign in with e-mail or username and password; 200 asks for the second factor of whoever has one',
  callers: ['public'],
  rate: 'sign_in',
  query: cookieChoice,
  body: z.strictObject({ identifier, password: presentedPassword }),
  responses: { 201: tokens, 200: challenge },
  refusals: [
    'invalid_credentials',
    'rate_limited',
    'overloaded',
    'identity_not_linked',
    'email_not_verified',
    'hook_unavailable',
  ],
  cookies: true,
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
  refusals: [
    'invalid_credentials',
    'mfa_required',
    'rate_limited',
    'overloaded',
    'identity_not_linked',
    'email_not_verified',
    'hook_unavailable',
  ],
  tag: 'UserService',
});

export const refreshSession = defineRoute({
  service,
  operationId: 'refreshSession',
  method: 'POST',
  path: '/v1/sessions/refresh',
  summary: 'Exchange the refresh token for a new pair; the old one works once',
  callers: ['public'],
  // Nobody guesses a refresh token; everybody behind one address comes every few minutes.
  rate: 'write',
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
  /** Empty for an impersonation: where an administrator is, is their own business. */
  ipAddress: z.string(),
  userAgent: z.string(),
  /** Whoever looks at the account as its owner sees it; null for the owner. */
  impersonatedBy: userId.nullable(),
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

export const impersonateUser = defineRoute({
  service,
  operationId: 'impersonateUser',
  method: 'POST',
  path: '/v1/users/:userId/impersonate',
  summary: 'Look at an account as its owner sees it, for some minutes; they are told. Needs a recent sign-in',
  callers: [{ permission: 'users.impersonate' }],
  rate: 'write',
  params: z.object({ userId }),
  body: z.strictObject({ reason }),
  responses: {
    201: z.object({
      accessToken: z.string(),
      tokenType: z.literal('Bearer'),
      expiresIn: z.int().positive(),
      sessionId,
      /** What it is good for: to read, and nothing else. */
      scopes: z.array(z.string()),
      user: z.object({ id: userId }),
    }),
  },
  refusals: ['reauthentication_required', 'forbidden'],
});
