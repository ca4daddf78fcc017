import { z } from 'zod';

/** What can be watched on `/v1/live`, and who may. */
export const liveChannels = {
  access: 'the whole access log for holders of `access.read`, for others what they may see of it',
  'organization:<id>':
    'what is about an organization, for its members what they can read of it, for its admins all of it',
  'project:<id>':
    'what is about a project, for its members and admins, as long as it is of its present owner; all of it with `access.manage`',
  'user:<id>': 'what somebody did and what is about them, for themselves and for holders of `access.read`',
  activity: 'another name for `user:me`, which also has what the other services did',
} as const;

const id = z.string().min(1).max(64);
const resume = z.string();

const message = <T extends string, F extends z.core.$ZodLooseShape>(type: T, meaning: string, fields: F) =>
  z.strictObject({ type: z.literal(type), ...fields }).meta({ description: meaning });

/** What a client may say on `/v1/live`. */
export const clientMessage = z.discriminatedUnion('type', [
  message(
    'subscribe',
    'Watch a channel. `from` is a revision, `<epoch>-<revision>` as in `Rollcall-Revision`, or the `resume` of an earlier ' +
      'message: what came after it is sent first, then what happens, without a gap and without a repetition, at whichever ' +
      'replica. With `speed` the past takes as long as it took, divided by it, with no pause above 5 s; without, or with 0, ' +
      'it comes at once. What may be seen is judged when it is sent',
    {
      id,
      channel: z.string().max(128),
      from: z.union([z.int().nonnegative(), z.string().max(128)]).optional(),
      speed: z.number().min(0).max(1_000_000).optional(),
    },
  ),
  message('unsubscribe', 'Watch it no longer', { id }),
  message(
    'presence',
    'Tell who else watches that channel, now and whenever it changes; on `access` only those who see the whole log',
    { id },
  ),
  message('authenticate', 'A fresh token of the same person keeps the connection', { token: z.string().max(4_096) }),
  message('ping', 'Say where each subscription would go on', {}),
]);
export type ClientMessage = z.infer<typeof clientMessage>;

/** What the server says there. */
export const serverMessage = z.discriminatedUnion('type', [
  message('subscribed', 'The channel is watched, from that revision on', { id, revision: z.int(), resume }),
  message(
    'event',
    'For the access log `event` is as in `GET /v1/access/events`; for other services’ events `revision` is null',
    { id, revision: z.int().nullable(), resume, event: z.unknown() },
  ),
  message('presence', 'At most 100 user ids, and how many there are', {
    id,
    users: z.array(z.string()).readonly(),
    count: z.int(),
  }),
  message('authenticated', 'The fresh token counts from now on', {}),
  message('pong', 'Where each subscription would go on, by its id', {
    resume: z.record(z.string(), z.string()).readonly(),
  }),
  message(
    'error',
    'A problem: `not_found` for a channel that one may not watch as for one that there is not, `invalid_cursor` for a `from` ' +
      'that is none or too long ago for other services’ events, `revision_unknown` for one of another epoch of the log or of ' +
      'the future, `rate_limited` for too many subscriptions, `unavailable` while the present is not known, `invalid_input` ' +
      'and `malformed_json` for what is no message',
    { id: id.optional(), problem: z.unknown() },
  ),
]);
export type ServerMessage = z.infer<typeof serverMessage>;

/** Why the server closes a connection; the codes from 4000 on are of the range that RFC 6455 leaves to applications. */
export const liveEndings = {
  tokenEnded: { code: 4401, meaning: 'the token has ended or was revoked: come back with another' },
  rightLost: {
    code: 4403,
    meaning: 'the right to something that was watched has ended, or to a part of it: come back for the rest',
  },
  tooSlow: {
    code: 4408,
    meaning: 'too slow to follow, or not to be served without a gap: come back with the last `resume`',
  },
  tooMany: {
    code: 4429,
    meaning:
      'too many messages, or too many connections of one person let in at once; one more later is refused with 429 instead',
  },
  stops: { code: 1001, meaning: 'the server stops: come back with the last `resume`' },
  tooLong: { code: 1009, meaning: 'a message was too long' },
} as const;

/** Messages as one reads them, and what each is for: `subscribe { id, channel, from?, speed? }`. */
export const liveMessages = (
  messages: typeof clientMessage | typeof serverMessage,
): readonly { readonly text: string; readonly meaning: string }[] =>
  messages.options.map((option) => {
    const { type, ...fields } = option.shape;
    const names = Object.entries(fields).map(([name, field]) => (isOptional(field) ? `${name}?` : name));
    const text = [...type.values, ...(names.length > 0 ? [`{ ${names.join(', ')} }`] : [])].join(' ');
    return { text, meaning: option.description ?? '' };
  });

const isOptional = (field: z.ZodType): boolean => field instanceof z.ZodOptional;
