import { revisionHeard } from '@rollcall/types/access-questions';
import { sessionId, userId } from '@rollcall/types/ids';
import { z } from 'zod';

/** Whom a request acts for, as the gateway found it in a verified access token or by a key, whose id is then that of the session. */
export const actor = z.object({
  userId,
  sessionId,
  tokenId: z.string(),
  /** When the person last proved who they are, in seconds since 1970. */
  authenticatedAt: z.number(),
  /** RFC 8176 methods of that proof. */
  methods: z.array(z.string()),
  /** Of a key, of an application, or of whoever stands in the owner's place: what it is good for. Somebody who has signed in is limited by nothing but their rights. */
  scopes: z.array(z.string()).optional(),
});
export type Actor = z.infer<typeof actor>;

/** What one service tells the next about the request it serves; signed as a whole. */
export const hopContext = z.object({
  requestId: z.string().max(128),
  actor: actor.nullable(),
  ipAddress: z.string().max(64),
  userAgent: z.string().max(512),
  traceparent: z.string().max(64).optional(),
  /**
   * The newest revision of the access log that the caller may have heard of, as `<epoch>-<revision>`. Whoever answers
   * about rights does so from that one on: what somebody has just made is there for them, whichever replica they come to.
   */
  accessRevision: revisionHeard.optional(),
});
export type HopContext = z.infer<typeof hopContext>;

/** Who and what caused an event. */
export interface Cause {
  /** A user id, or `service:<name>`. */
  readonly actor: string;
  /** The same for everything that follows from one request. */
  readonly correlationId: string;
  /** The event that this one answers. */
  readonly causationId?: string;
  readonly traceparent?: string;
}
