import { z } from 'zod';
import { instant, sessionId, userId } from '../../ids.ts';
import { defineRoute } from '../../route-definition.ts';
import { verbatim } from '../../text.ts';

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

/** The forms of RFC 7662 and RFC 7009; the hint is not needed, and what else a library says is left unread. */
const presentedToken = z.object({
  token: verbatim({ min: 1, max: 8_192 }),
  token_type_hint: verbatim({ max: 100 }).optional(),
});

/** RFC 7662 section 2.2. What is not good is told nothing else about. */
const introspection = z.object({
  active: z.boolean(),
  /** What of ours it is: RFC 7662 leaves it to us to say. */
  token_kind: z.enum(['access_token', 'refresh_token', 'api_key']).optional(),
  token_type: z.enum(['Bearer', 'DPoP']).optional(),
  iss: z.string().optional(),
  sub: z.string().optional(),
  aud: z.string().optional(),
  client_id: z.string().optional(),
  scope: z.string().optional(),
  exp: z.int().optional(),
  iat: z.int().optional(),
  jti: z.string().optional(),
  sid: z.string().optional(),
  auth_time: z.int().optional(),
  acr: z.string().optional(),
  amr: z.array(z.string()).optional(),
  /** Who acts in the name of `sub` (RFC 8693 section 4.1). */
  act: z.looseObject({ sub: z.string() }).optional(),
  cnf: z.object({ jkt: z.string() }).optional(),
});
export type Introspection = z.output<typeof introspection>;

const ofAnyToken = {
  service: 'auth',
  callers: [{ permission: 'tokens.introspect' }],
  form: presentedToken,
  refusals: ['forbidden'],
  openAboutExistence: true,
  tag: 'Tokens',
} as const;

export const introspectAnyToken = defineRoute({
  ...ofAnyToken,
  operationId: 'introspectAnyToken',
  method: 'POST',
  path: '/v1/tokens/introspect',
  summary: 'Is this token or key good, whose is it and what for (RFC 7662); everything that this product gives out',
  rate: 'read',
  responses: { 200: introspection },
});

export const revokeAnyToken = defineRoute({
  ...ofAnyToken,
  operationId: 'revokeAnyToken',
  method: 'POST',
  path: '/v1/tokens/revoke',
  summary: 'End what a token or key stands for (RFC 7009): a session, a key, what an application was given',
  rate: 'write',
  responses: { 200: z.object({}) },
});
