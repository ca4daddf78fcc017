import { z } from 'zod';
import { entityId, instant } from '../ids.ts';
import { page, paging } from '../paging.ts';
import { defineRoute } from '../route-definition.ts';
import { line } from '../text.ts';

const activity = z.object({
  id: entityId,
  type: z.string(),
  time: instant,
  source: z.string(),
  actor: z.string(),
  subject: z.string(),
  correlationId: z.string(),
  /** Before and after values among it; `personal` is null once the person is erased. */
  data: z.record(z.string(), z.unknown()),
});
export type Activity = z.infer<typeof activity>;

const id = line({ min: 1, max: 128 });

export const listActivity = defineRoute({
  service: 'activity-log',
  operationId: 'listActivity',
  method: 'GET',
  path: '/v1/activity',
  summary: 'What happened, newest first: your own, or all with `activity.read`. Follows events, a moment behind them',
  callers: ['user'],
  rate: 'read',
  query: z.strictObject({
    actor: id.optional(),
    subject: id.optional(),
    type: line({ max: 128 }).optional(),
    from: instant.optional(),
    to: instant.optional(),
    ...paging,
  }),
  responses: { 200: page(activity) },
  refusals: ['invalid_cursor'],
});
