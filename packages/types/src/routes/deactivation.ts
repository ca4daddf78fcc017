import { z } from 'zod';
import { accountStatus } from '../events/deactivation.ts';
import { userId } from '../ids.ts';
import { reason } from '../permissions.ts';
import { defineRoute } from '../route-definition.ts';

const service = 'deactivation';
const answer = z.object({ userId, status: accountStatus });
const completing = z.object({ userId, status: z.literal('completing') });

export const deactivateUser = defineRoute({
  service,
  operationId: 'deactivateUser',
  method: 'POST',
  path: '/v1/users/:userId/deactivate',
  summary: 'Deactivate an account: it cannot sign in, and its tokens stop within a second',
  callers: ['self', { permission: 'users.manage' }],
  rate: 'write',
  params: z.object({ userId }),
  body: z.strictObject({ reason: reason.optional() }),
  bodyOptional: true,
  responses: { 200: answer, 202: completing },
  refusals: ['last_admin', 'forbidden'],
});

export const reactivateUser = defineRoute({
  service,
  operationId: 'reactivateUser',
  method: 'POST',
  path: '/v1/users/:userId/reactivate',
  summary: 'Let a deactivated account be used again',
  callers: [{ permission: 'users.manage' }],
  rate: 'write',
  params: z.object({ userId }),
  body: z.strictObject({ reason: reason.optional() }),
  bodyOptional: true,
  responses: { 200: answer, 202: completing },
  refusals: ['forbidden'],
});
