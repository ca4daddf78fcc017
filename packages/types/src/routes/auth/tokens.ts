import { z } from 'zod';
import { instant, sessionId, userId } from '../../ids.ts';
import { defineRoute } from '../../route-definition.ts';

/**
 * What says nothing itself, and has to be asked about: keys for programs, and what applications were given for our own
 * routes. The gateway tells them apart by their form.
 */
export const opaqueTokenKinds = ['api_key', 'oauth_token'] as const;
export type OpaqueTokenKind = (typeof opaqueTokenKinds)[number];

const tokenHolder = z.object({
  userId,
  /** What it ends with: a session, or where it outlives those, the key or the consent itself. */
  sessionId,
  tokenId: z.string(),
  scopes: z.array(z.string()),
  /** How the person had signed in who let an application have it. */
  methods: z.array(z.string()),
  expiresAt: instant,
});
export type TokenHolder = z.output<typeof tokenHolder>;

export const readTokenHolder = defineRoute({
  service: 'auth',
  operationId: 'readTokenHolder',
  method: 'POST',
  path: '/internal/tokens/holder',
  summary: 'In whose name the key or token with this digest speaks; nobody where it is unknown or over',
  callers: [{ service: 'gateway' }],
  rate: 'internal',
  body: z.strictObject({
    kind: z.enum(opaqueTokenKinds),
    digest: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex'),
  }),
  responses: { 200: z.object({ holder: tokenHolder.nullable() }) },
});
