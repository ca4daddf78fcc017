import { z } from 'zod';
import { instant } from '../../ids.ts';
import { defineRoute } from '../../route-definition.ts';

const service = 'auth';

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
