import { z } from 'zod';
import { defineRoute } from '../route-definition.ts';

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
