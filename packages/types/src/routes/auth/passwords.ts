import { z } from 'zod';
import { entityId, instant } from '../../ids.ts';
import { email, mailedToken, newPassword, presentedPassword } from '../../people.ts';
import { defineRoute } from '../../route-definition.ts';

const service = 'auth';

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
  summary: 'Change the password, or set the first one; every other session ends',
  callers: ['user'],
  rate: 'sign_in',
  // Asked again, it would find that the current password is none any more.
  repeatable: false,
  body: z.strictObject({
    /** Of whoever has one; whoever has none has signed in a moment ago. */
    current: presentedPassword.optional(),
    password: newPassword,
  }),
  responses: { 200: z.object({ status: z.literal('changed') }) },
  refusals: ['invalid_credentials', 'reauthentication_required', 'weak_password', 'rate_limited', 'overloaded'],
});

export const mintResetSecret = defineRoute({
  service,
  operationId: 'mintResetSecret',
  method: 'POST',
  path: '/internal/password-resets/:requestId/secret',
  summary: 'The secret of a reset mail, the same whenever it is asked for; from now on it works',
  callers: [{ service: 'notification' }],
  rate: 'internal',
  params: z.object({ requestId: entityId }),
  responses: { 200: z.object({ token: mailedToken, expiresAt: instant }) },
});
