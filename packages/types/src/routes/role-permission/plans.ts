import { z } from 'zod';
import { entityId } from '../../ids.ts';
import { defineRoute } from '../../route-definition.ts';
import { service, tried, write, written } from './shared.ts';

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
