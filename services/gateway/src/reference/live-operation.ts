import { clientMessage, liveChannels, liveEndings, liveMessages, serverMessage } from '@rollcall/types/live-protocol';
import type { z } from 'zod';
import type { ZodOpenApiOperationObject } from 'zod-openapi';

const list = (rows: readonly (readonly [text: string, meaning: string])[]): string =>
  rows.map(([text, meaning]) => `- \`${text}\`: ${meaning}`).join('\n');
const said = (messages: Parameters<typeof liveMessages>[0]): string =>
  list(liveMessages(messages).map(({ text, meaning }) => [text, meaning]));

const description = `A WebSocket, which OpenAPI has no words for. Offer \`Sec-WebSocket-Protocol: rollcall.v1, bearer.<token>\`, or come with the
session cookie from a page of this address or of \`CORS_ORIGINS\`. Messages are JSON, each with its \`type\`.

Channels:
${list(Object.entries(liveChannels))}

The client says:
${said(clientMessage)}

The server says:
${said(serverMessage)}

It closes with:
${list(Object.values(liveEndings).map(({ code, meaning }) => [String(code), meaning]))}`;

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
