import { z } from 'zod';
import { defineRoute } from '../../route-definition.ts';

const service = 'auth';

export const readKeySet = defineRoute({
  service,
  operationId: 'readKeySet',
  method: 'GET',
  path: '/.well-known/jwks.json',
  summary: 'The public keys that verify access tokens (RFC 7517)',
  callers: ['public'],
  rate: 'read',
  responses: { 200: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }) },
});

export const readServerMetadata = defineRoute({
  service,
  operationId: 'readServerMetadata',
  method: 'GET',
  path: '/.well-known/oauth-authorization-server',
  summary: 'Where the keys are and who issues tokens (RFC 8414)',
  callers: ['public'],
  rate: 'read',
  responses: { 200: z.record(z.string(), z.unknown()) },
});

export const readOpenIdConfiguration = defineRoute({
  ...readServerMetadata,
  operationId: 'readOpenIdConfiguration',
  path: '/.well-known/openid-configuration',
  summary: 'Where the keys are and who issues tokens (OpenID Connect Discovery)',
});

export const rotateSigningKey = defineRoute({
  service,
  operationId: 'rotateSigningKey',
  method: 'POST',
  path: '/v1/keys/rotate',
  summary: 'Sign with a new key; tokens signed by the old one stay good until they expire',
  callers: [{ permission: 'keys.manage' }],
  rate: 'write',
  responses: { 201: z.object({ id: z.string() }) },
  openAboutExistence: true,
  idempotent: true,
});
