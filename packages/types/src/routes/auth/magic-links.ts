import { z } from 'zod';
import { entityId, instant } from '../../ids.ts';
import { email, mailedToken } from '../../people.ts';
import { defineRoute } from '../../route-definition.ts';
import { line } from '../../text.ts';
import { challenge, cookieChoice, tokens } from './sessions.ts';

const service = 'auth';

export const askForMagicLink = defineRoute({
  service,
  operationId: 'askForMagicLink',
  method: 'POST',
  path: '/v1/magic-links',
  summary: 'Mail a link and a code to sign in with; the answer never tells whether an account exists',
  callers: ['public'],
  rate: 'mail',
  body: z.strictObject({ email }),
  responses: {
    202: z.object({
      status: z.literal('accepted'),
      /** What the mailed code is good with: where nobody asked, it opens nothing. */
      requestToken: z.string(),
    }),
  },
});

export const signInByMail = defineRoute({
  service,
  operationId: 'signInByMail',
  method: 'POST',
  path: '/v1/sessions/magic-link',
  summary: 'Sign in with the token of a mailed link, or with the mailed code where it was asked for',
  callers: ['public'],
  rate: 'sign_in',
  query: cookieChoice,
  body: z
    .strictObject({
      token: mailedToken.optional(),
      requestToken: line({ max: 64 }).optional(),
      code: line({ max: 32 }).optional(),
    })
    .refine(
      ({ token, requestToken, code }) =>
        token === undefined
          ? requestToken !== undefined && code !== undefined
          : requestToken === undefined && code === undefined,
      'must have either token, or requestToken and code',
    ),
  responses: { 201: tokens, 200: challenge },
  refusals: ['token_invalid', 'rate_limited', 'hook_unavailable'],
  cookies: true,
});

export const mintMagicLink = defineRoute({
  service,
  operationId: 'mintMagicLink',
  method: 'POST',
  path: '/internal/magic-links/:requestId/secret',
  summary: 'The secrets of a mail to sign in with, the same whenever they are asked for; from now on they work',
  callers: [{ service: 'notification' }],
  rate: 'internal',
  params: z.object({ requestId: entityId }),
  responses: { 200: z.object({ token: mailedToken, code: z.string(), expiresAt: instant }) },
});
