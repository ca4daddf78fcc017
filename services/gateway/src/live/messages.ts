import { z } from 'zod';

const id = z.string().min(1).max(64);

/** What a client may say on `/v1/live`. */
export const clientMessage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('subscribe'),
    id,
    channel: z.string().max(128),
    /** A `resume` token of an earlier message: what came after it is sent first. */
    from: z.string().max(64).optional(),
  }),
  z.strictObject({ type: z.literal('unsubscribe'), id }),
  z.strictObject({ type: z.literal('authenticate'), token: z.string().max(4_096) }),
  z.strictObject({ type: z.literal('ping') }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;

/** Close codes, from the range that RFC 6455 leaves to applications. */
export const closeCode = {
  /** The token has ended or was revoked: come back with another. */
  tokenEnded: 4401,
  /** Too slow to follow: come back with the last `resume`. */
  tooSlow: 4408,
  /** Too many connections of one person, or too many messages on one. */
  tooMany: 4429,
} as const;
