import { z } from 'zod';
import { entityId, instant, userId } from '../../ids.ts';
import { mailedToken } from '../../people.ts';
import { defineRoute } from '../../route-definition.ts';

const service = 'auth';

export const secureAccount = defineRoute({
  service,
  operationId: 'secureAccount',
  method: 'POST',
  path: '/v1/security-actions',
  summary:
    'Say with the token of a security notice that it was not oneself: takes back what was changed since, ends every session and voids the password',
  callers: ['public'],
  rate: 'sign_in',
  body: z.strictObject({ token: mailedToken }),
  responses: {
    200: z.object({
      status: z.literal('secured'),
      /** Second factors, and accounts with providers, that were added and are gone. */
      removed: z.object({ factors: z.int(), identities: z.int() }),
      /** Sessions that ended. */
      ended: z.int(),
    }),
  },
  refusals: ['token_invalid'],
});

export const mintSecurityNotice = defineRoute({
  service,
  operationId: 'mintSecurityNotice',
  method: 'POST',
  path: '/internal/security-notices/:noticeId/secret',
  summary: 'The secret of a security notice, the same whenever it is asked for; from now on it works',
  callers: [{ service: 'notification' }],
  rate: 'internal',
  params: z.object({ noticeId: entityId }),
  body: z.strictObject({
    userId,
    /** When what the notice tells of happened. */
    happenedAt: instant,
  }),
  responses: { 200: z.object({ token: mailedToken, expiresAt: instant }) },
});
