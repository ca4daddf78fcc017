import { z } from 'zod';

/** UUIDs are compared as text everywhere, so they are read in lower case only. */
const uuid = () =>
  z
    .string()
    .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, 'must be a UUID in lower case')
    .meta({ format: 'uuid' });

export const userId = uuid().brand<'UserId'>();
export type UserId = z.infer<typeof userId>;

/**
 * Service accounts are users where rights are given, and nowhere else. Their ids say so: UUIDs of version 8, which no
 * person's is (RFC 9562 section 5.8), and otherwise as those of version 7.
 */
export const isServiceAccountId = (id: string): boolean => id[14] === '8';

export const serviceAccountId = userId.refine(isServiceAccountId, 'must be the id of a service account');

export const sessionId = uuid().brand<'SessionId'>();
export type SessionId = z.infer<typeof sessionId>;

export const eventId = uuid().brand<'EventId'>();
export type EventId = z.infer<typeof eventId>;

/** Any other entity whose id carries no more meaning than being an id. */
export const entityId = uuid();

/** An instant: ISO 8601 in UTC. */
export const instant = z.iso.datetime().meta({ format: 'date-time' });
