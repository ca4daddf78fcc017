import { z } from 'zod';

const id = z.string().min(1).max(64);

/** What a client may say on `/v1/live`. */
export const clientMessage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('subscribe'),
    id,
    channel: z.string().max(128),
    /** A revision, or the `resume` of an earlier message: what came after it is sent first. */
    from: z.union([z.int().nonnegative(), z.string().max(128)]).optional(),
    /** How many times faster than it happened that is sent; 0, or nothing, for at once. */
    speed: z.number().min(0).max(1_000_000).optional(),
  }),
  z.strictObject({ type: z.literal('unsubscribe'), id }),
  /** Tells who else watches the channel of a subscription, and whenever that changes. */
  z.strictObject({ type: z.literal('presence'), id }),
  z.strictObject({ type: z.literal('authenticate'), token: z.string().max(4_096) }),
  z.strictObject({ type: z.literal('ping') }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;

/** Close codes, from the range that RFC 6455 leaves to applications. */
export const closeCode = {
  /** The token has ended or was revoked: come back with another. */
  tokenEnded: 4401,
  /** The right to something that was watched has ended: come back for the rest. */
  rightLost: 4403,
  /** Too slow to follow: come back with the last `resume`. */
  tooSlow: 4408,
  /** Too many connections of one person, or too many messages on one. */
  tooMany: 4429,
} as const;
