import { z } from 'zod';
import { entityId } from '../ids.ts';
import { page, paging } from '../paging.ts';
import { defineRoute } from '../route-definition.ts';
import { parkedEvent } from './every-service.ts';

const service = 'gateway';
const probe = z.object({ status: z.enum(['ok', 'unavailable']) });

export const livez = defineRoute({
  service,
  operationId: 'livez',
  method: 'GET',
  path: '/livez',
  summary: 'The process answers',
  callers: ['public'],
  rate: 'read',
  responses: { 200: probe },
});

export const readyz = defineRoute({
  service,
  operationId: 'readyz',
  method: 'GET',
  path: '/readyz',
  summary: 'Every service and what it depends on answers; 503 names what does not',
  callers: ['public'],
  rate: 'read',
  responses: {
    200: probe.extend({ services: z.record(z.string(), z.record(z.string(), z.string())) }),
  },
});

export const readOpenApi = defineRoute({
  service,
  operationId: 'readOpenApi',
  method: 'GET',
  path: '/openapi.json',
  summary: 'This interface as an OpenAPI 3.1 document',
  callers: ['public'],
  rate: 'read',
  responses: { 200: z.record(z.string(), z.unknown()) },
});

export const showReference = defineRoute({
  service,
  operationId: 'showReference',
  method: 'GET',
  path: '/docs',
  summary: 'This interface as a page to read and to try',
  callers: ['public'],
  rate: 'read',
  responses: { 200: z.string() },
  media: 'text/html',
});

export const showProblems = defineRoute({
  service,
  operationId: 'showProblems',
  method: 'GET',
  path: '/docs/problems',
  summary: 'What each problem means; the `type` of every problem points here',
  callers: ['public'],
  rate: 'read',
  responses: { 200: z.string() },
  media: 'text/html',
});

/** Names of services that could not be asked, or did not manage. */
const serviceList = z.array(z.string());

export const listDeadLetters = defineRoute({
  service,
  operationId: 'listDeadLetters',
  method: 'GET',
  path: '/v1/dead-letters',
  summary:
    'Events that a service could not process, and those waiting behind them; `unavailable` names who did not say',
  callers: [{ permission: 'operations.manage' }],
  rate: 'read',
  query: z.strictObject(paging),
  responses: { 200: page(parkedEvent).extend({ unavailable: serviceList }) },
  refusals: ['invalid_cursor'],
});

export const retryDeadLetter = defineRoute({
  service,
  operationId: 'retryDeadLetter',
  method: 'POST',
  path: '/v1/dead-letters/:id/retry',
  summary: 'Try a parked event again in every service that has it, with those waiting behind it',
  callers: [{ permission: 'operations.manage' }],
  rate: 'write',
  params: z.object({ id: entityId }),
  responses: { 200: z.object({ applied: z.int().nonnegative(), services: serviceList, failed: serviceList }) },
  refusals: ['event_still_fails'],
});
