import { z } from 'zod';
import { entityId, instant } from '../../ids.ts';
import { page, paging } from '../../paging.ts';
import { defineRoute } from '../../route-definition.ts';

const service = 'auth';
const tag = 'OAuth 2.1 and OpenID Connect';

const scope = z.object({ name: z.string(), description: z.string() });

export const listScopes = defineRoute({
  service,
  operationId: 'listScopes',
  method: 'GET',
  path: '/v1/scopes',
  summary: 'All scopes that applications may ask for, and the preset roles with those they go with',
  callers: ['public'],
  rate: 'read',
  responses: {
    200: z.object({
      scopes: z.array(z.object({ ...scope.shape, kind: z.enum(['identity', 'access']) })),
      roles: z.array(
        z.object({
          name: z.string(),
          description: z.string(),
          scopes: z.array(z.string()),
          permissions: z.array(z.string()),
        }),
      ),
    }),
  },
  tag,
});

const uid = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be the 43 characters of an interaction');

export const readInteraction = defineRoute({
  service,
  operationId: 'readInteraction',
  method: 'GET',
  path: '/v1/oauth/interactions/:uid',
  summary: 'What an application asks for, told to the browser that it sent here and to no other',
  callers: ['public'],
  rate: 'read',
  params: z.object({ uid }),
  responses: {
    200: z.object({
      uid,
      prompt: z.enum(['login', 'consent']),
      client: z.object({
        id: z.string(),
        name: z.string(),
        logoUri: z.string().nullable(),
        policyUri: z.string().nullable(),
        tosUri: z.string().nullable(),
        /** Nobody has vouched for it: it is called what it says. */
        selfRegistered: z.boolean(),
      }),
      /** The host, or the scheme of an installed application, that the answer goes to; null for a device. */
      answersTo: z.string().nullable(),
      scopes: z.array(scope),
      /** What the application thinks the person signs in with. */
      loginHint: z.string().nullable(),
      /** The present sign-in will not do: it is too old, too weak, or somebody else's. */
      needsFresh: z.boolean(),
    }),
  },
  cookies: true,
  tag,
});

export const decideInteraction = defineRoute({
  service,
  operationId: 'decideInteraction',
  method: 'POST',
  path: '/v1/oauth/interactions/:uid',
  summary: 'Go on as the person who is signed in, let the application have what it asks for, or refuse it',
  callers: ['user'],
  rate: 'write',
  params: z.object({ uid }),
  body: z.strictObject({ decision: z.enum(['continue', 'approve', 'deny']) }),
  responses: { 200: z.object({ redirectTo: z.string() }) },
  refusals: ['invalid_input', 'reauthentication_required'],
  cookies: true,
  tag,
});

const consent = z.object({
  id: entityId,
  client: z.object({ id: z.string(), name: z.string() }),
  scopes: z.array(scope),
  givenAt: instant,
});

export const listConsents = defineRoute({
  service,
  operationId: 'listConsents',
  method: 'GET',
  path: '/v1/oauth/consents',
  summary: 'The applications that you have let in, and what they may do',
  callers: ['user'],
  rate: 'read',
  query: z.strictObject(paging),
  responses: { 200: page(consent) },
  refusals: ['invalid_cursor'],
  tag,
});

export const withdrawConsent = defineRoute({
  service,
  operationId: 'withdrawConsent',
  method: 'DELETE',
  path: '/v1/oauth/consents/:consentId',
  summary: 'Take back what you have let an application do; what it holds stops working at once',
  callers: ['user'],
  rate: 'write',
  params: z.object({ consentId: entityId }),
  responses: { 200: z.object({ withdrawn: z.boolean() }) },
  tag,
});
