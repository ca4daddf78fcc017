import type { z } from 'zod';
import type { ZodOpenApiOperationObject } from 'zod-openapi';

const description = `A WebSocket, which OpenAPI has no words for. Offer \`Sec-WebSocket-Protocol: rollcall.v1, bearer.<token>\`, or come with the
session cookie from a page of this address or of \`CORS_ORIGINS\`. Messages are JSON, each with its \`type\`.

The client says \`subscribe { id, channel, from? }\` (\`channel\` is \`activity\` or \`user:me\`; \`from\` the \`resume\` of an earlier message,
to be told first what was missed since), \`unsubscribe { id }\`, \`authenticate { token }\` (a fresh token of the same person), \`ping\`.

The server says \`subscribed { id, revision, resume }\`, \`event { id, revision, resume, event }\` for what the person did and what was done
about them, \`authenticated\`, \`pong\`, and \`error { id?, problem }\`.

It closes with 4401 when the token has ended or was revoked, 4408 when the client is too slow (come back with the last \`resume\`),
4429 for too many connections of one person or too many messages, 1001 when the server stops.`;

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
  summary: 'Live: your own events as they happen',
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
