import { z } from 'zod';
import { entityId, instant } from '../../ids.ts';
import { defineRoute } from '../../route-definition.ts';
import { revision, service, tried, write, written } from './shared.ts';

const tag = 'Plans';
const planName = z.string().min(1).max(100);

export const listPlans = defineRoute({
  service,
  tag,
  operationId: 'listPlans',
  method: 'GET',
  path: '/v1/plans',
  summary: 'The plans that organizations can be on, and how many seats each has',
  callers: ['public'],
  rate: 'read',
  responses: {
    200: z.object({
      /** `seats` is null for any number. New organizations are on the first plan. */
      items: z.array(z.object({ plan: planName, seats: z.int().nullable() })),
      nextCursor: z.null(),
    }),
  },
});

export const setOrganizationPlan = defineRoute({
  ...write,
  tag,
  operationId: 'setOrganizationPlan',
  method: 'PUT',
  path: '/v1/organizations/:organizationId/plan',
  summary: 'Put an organization on a plan that has seats for all who are in it or invited',
  callers: [{ permission: 'plans.manage' }],
  params: z.object({ organizationId: entityId }),
  body: z.strictObject({ plan: planName }),
  responses: { 200: z.union([tried, written]) },
  refusals: ['seats_in_use'],
});

export const receiveBillingEvent = defineRoute({
  service,
  tag,
  operationId: 'receiveBillingEvent',
  method: 'POST',
  path: '/v1/billing/events',
  summary: 'Hear from the billing system what an organization is subscribed to; events of other types change nothing',
  callers: [{ signedBy: 'billing' }],
  rate: 'write',
  headers: ['Rollcall-Revision'],
  bodyLimit: 16_384,
  body: z.strictObject({
    type: z.literal('subscription.changed'),
    organizationId: entityId,
    plan: planName,
    /** When it did change: what changed before that has nothing to say any more. */
    occurredAt: instant,
  }),
  responses: { 200: z.object({ applied: z.boolean(), revision: revision.optional() }) },
  refusals: ['signature_invalid', 'not_found', 'seats_in_use', 'webhook_id_reused'],
});
