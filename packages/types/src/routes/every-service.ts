import { z } from 'zod';
import { envelope } from '../envelope.ts';
import { entityId, instant } from '../ids.ts';
import { page, paging } from '../paging.ts';
import { defineRoute } from '../route-definition.ts';
import type { ServiceName, StatefulService } from '../services.ts';

export const parkedEvent = z.object({
  id: entityId,
  service: z.string(),
  source: z.string(),
  type: z.string(),
  subject: z.string(),
  subjectSequence: z.int(),
  reason: z.string(),
  parkedAt: instant,
});
export type ParkedEvent = z.infer<typeof parkedEvent>;

const everyConsumer = [
  { service: 'registration' },
  { service: 'auth' },
  { service: 'profile' },
  { service: 'role-permission' },
  { service: 'notification' },
  { service: 'activity-log' },
  { service: 'deactivation' },
  { service: 'gateway' },
] as const;

const subject = z.string().min(1).max(128);

/** The internal route that each service has. */
export const readReadinessOf = <S extends ServiceName>(service: S) =>
  defineRoute({
    service,
    operationId: 'readReadiness',
    method: 'GET',
    path: '/internal/readiness',
    summary: 'What this service depends on, and whether it answers',
    callers: [{ service: 'gateway' }],
    rate: 'internal',
    responses: { 200: z.object({ ready: z.boolean(), dependencies: z.record(z.string(), z.string()) }) },
  });

/** The internal routes that services with events have alike: what others missed, and what they could not process. */
export const eventRoutesOf = <S extends StatefulService>(service: S) => ({
  listParkedEvents: defineRoute({
    service,
    operationId: 'listParkedEvents',
    method: 'GET',
    path: '/internal/parked-events',
    summary: 'Events that this service could not process',
    callers: [{ service: 'gateway' }],
    rate: 'internal',
    query: z.strictObject(paging),
    responses: { 200: page(parkedEvent) },
  }),
  retryParkedEvent: defineRoute({
    service,
    operationId: 'retryParkedEvent',
    method: 'POST',
    path: '/internal/parked-events/:id/retry',
    summary: 'Try a parked event and those waiting behind it again',
    callers: [{ service: 'gateway' }],
    rate: 'internal',
    params: z.object({ id: entityId }),
    responses: { 200: z.object({ applied: z.int().nonnegative() }) },
    refusals: ['event_not_parked', 'event_still_fails'],
  }),
  republishEvents: defineRoute({
    service,
    operationId: 'republishEvents',
    method: 'POST',
    path: '/internal/events/republish',
    summary: 'Publish events about one subject again, for a consumer that missed some',
    callers: everyConsumer,
    rate: 'internal',
    body: z.strictObject({ subject, fromSequence: z.int().positive() }),
    responses: {
      200: z.object({
        events: z.int().nonnegative(),
        /** The first that is still kept, or would come next; null for a subject without events. */
        firstKept: z.int().positive().nullable(),
      }),
    },
  }),
  readSnapshot: defineRoute({
    service,
    operationId: 'readSnapshot',
    method: 'GET',
    path: '/internal/snapshot',
    summary:
      'What stands of each subject now, as an event with the number of its last one; for consumers that come late',
    callers: everyConsumer,
    rate: 'internal',
    query: z.strictObject({
      /** After this subject, in the order of subjects. */
      after: subject.optional(),
      /** Of this subject only. */
      subject: subject.optional(),
    }),
    responses: { 200: z.object({ items: z.array(envelope), next: z.string().nullable() }) },
  }),
});
