import { z } from 'zod';
import { eventId, instant } from './ids.ts';
import { type StatefulService, statefulServices } from './services.ts';

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A CloudEvents 1.0 event in structured mode, with our extensions.
 *
 * `subject` is the bare id of what the event is about, `actor` of who caused it (a user id, or `service:<name>`).
 * `subjectsequence` counts the events of one service about one subject from 1, without holes: a consumer applies only
 * the next one.
 */
export const envelope = z.object({
  specversion: z.literal('1.0'),
  id: eventId,
  source: z.string().regex(/^rollcall\/[a-z-]+$/),
  type: z.string().regex(/^[a-z][a-z_]*(?:\.[a-z][a-z_]*)+$/),
  subject: z.string().min(1).max(128),
  time: instant,
  datacontenttype: z.literal('application/json'),
  // As it came: what is in it is checked against the type's own schema, and each event is read very often.
  data: z.custom<Record<string, unknown>>(isRecord, 'must be an object'),
  actor: z.string().min(1).max(128),
  correlationid: z.string().min(1).max(128),
  causationid: z.string().max(128).optional(),
  traceparent: z.string().max(64).optional(),
  subjectsequence: z.int().positive(),
});
export type Envelope = z.infer<typeof envelope>;

const sourcePrefix = 'rollcall/';

export const sourceOf = (service: StatefulService): string => `${sourcePrefix}${service}`;

/** The service that an event came from, or undefined for a source we do not know. */
export const serviceOf = (event: Pick<Envelope, 'source'>): StatefulService | undefined =>
  statefulServices.find((service) => sourceOf(service) === event.source);

/** The JetStream stream that carries every event. */
export const streamName = 'ROLLCALL';
export const streamSubjects = 'rollcall.events.>';

/** The NATS subject of one event type, and the filter for everything of one service. */
export const natsSubject = (service: StatefulService, type: string): string => `rollcall.events.${service}.${type}`;
export const natsSubjectsOf = (service: StatefulService): string => `rollcall.events.${service}.>`;
