import { z } from 'zod';
import { entityId, instant } from '../../ids.ts';
import { page, paging } from '../../paging.ts';
import { defineRoute } from '../../route-definition.ts';
import { service, tried, write, written } from './shared.ts';

const tag = 'Deleted items';

export const listDeletedItems = defineRoute({
  service,
  tag,
  operationId: 'listDeletedItems',
  method: 'GET',
  path: '/v1/deleted-items',
  summary: 'The deleted organizations, teams and projects that you may restore, and until when',
  callers: ['user'],
  rate: 'read',
  query: z.strictObject(paging),
  responses: {
    200: page(
      z.object({
        id: entityId,
        kind: z.enum(['organization', 'team', 'project']),
        name: z.string().nullable(),
        deletedBy: z.string(),
        deletedAt: instant,
        restorableUntil: instant,
      }),
    ),
  },
  refusals: ['invalid_cursor'],
});

export const restoreDeletedItem = defineRoute({
  ...write,
  tag,
  operationId: 'restoreDeletedItem',
  method: 'POST',
  path: '/v1/deleted-items/:id/restore',
  summary: 'Bring something deleted back, with all that still can be as it was',
  callers: [{ judged: 'admins of what it was, or of what it belonged to' }, { permission: 'access.manage' }],
  params: z.object({ id: entityId }),
  body: z.strictObject({ dryRun: z.boolean().optional() }),
  bodyOptional: true,
  responses: { 200: z.union([tried, written]) },
  refusals: ['too_much_at_once', 'forbidden', 'seat_limit_reached'],
  idempotent: true,
});
