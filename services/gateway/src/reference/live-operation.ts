import type { z } from 'zod';
import type { ZodOpenApiOperationObject } from 'zod-openapi';

const description = `A WebSocket, which OpenAPI has no words for. Offer \`Sec-WebSocket-Protocol: rollcall.v1, bearer.<token>\`, or come with the
session cookie from a page of this address or of \`CORS_ORIGINS\`. Messages are JSON, each with its \`type\`.

The client says
- \`subscribe { id, channel, from?, speed? }\`. Channels are \`access\` (the whole access log for holders of \`access.read\` or \`access.manage\`, for
  others what they may see of it), \`organization:<id>\` and \`project:<id>\` (for members), \`user:<id>\` (what is about somebody, for
  themselves and for who sees the whole log), and \`activity\`, another name for \`user:me\`, which also has what the other services did.
  \`from\` is a revision, \`<epoch>-<revision>\` as in \`Rollcall-Revision\`, or the \`resume\` of an earlier message: what came after it is
  sent first, then what happens, without a gap and without a repetition, at whichever replica. With \`speed\` the past takes as long as it
  took, divided by it, with no pause above 5 s; without, it comes at once. What may be seen is judged when it is sent.
- \`unsubscribe { id }\`
- \`presence { id }\`: who else watches that channel, now and whenever it changes; on \`access\` only those who see the whole log.
- \`authenticate { token }\`: a fresh token of the same person keeps the connection.
- \`ping\`

The server says \`subscribed { id, revision, resume }\`, \`event { id, revision, resume, event }\` (for the access log \`event\` is as in
\`GET /v1/access/events\`; for other services’ events \`revision\` is null), \`presence { id, users, count }\` (at most 100 user ids, and how many there
are), \`authenticated\`, \`pong { resume }\` (where each subscription would go on, by id), and \`error { id?, problem }\`: \`not_found\` for a channel that
one may not watch as for one that there is not, \`invalid_cursor\` for a \`from\` that is none or too long ago for other services’ events,
\`revision_unknown\` for one of another epoch of the log or of the future, \`rate_limited\` for too many subscriptions, \`unavailable\` while the present
is not known.

It closes with 4401 when the token has ended or was revoked, 4403 when the right to something that was watched has ended, 4408 when the client is too
slow or cannot be served without a gap (come back with the last \`resume\`), 4429 for too many connections of one person or too many
messages, 1001 when the server stops.`;

const refusals = {
  400: 'invalid_input',
  401: 'unauthenticated, token_revoked',
  403: 'cross_site_request',
  404: 'not_found, for a request without the offer',
  429: 'rate_limited',
  503: 'unavailable',
};

/** `WS /v1/live`, as the GET that it begins with. */
export const liveOperation = (problem: z.ZodType): ZodOpenApiOperationObject => ({
  operationId: 'watchLive',
  summary: 'Live: the access log and your own events, as they happen or played back',
  tags: ['live'],
  description,
  security: [{ bearer: [] }, { cookie: [] }],
  parameters: ['Upgrade', 'Sec-WebSocket-Protocol'].map((name) => ({
    in: 'header',
    name,
    required: true,
    schema: name === 'Upgrade' ? { type: 'string', const: 'websocket' } : { type: 'string' },
  })),
  responses: {
    101: { description: 'The connection is open' },
    ...Object.fromEntries(
      Object.entries(refusals).map(([status, codes]) => [
        status,
        { description: codes, content: { 'application/problem+json': { schema: problem } } },
      ]),
    ),
  },
});
