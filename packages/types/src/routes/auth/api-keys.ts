import { z } from 'zod';
import { entityId, instant, userId } from '../../ids.ts';
import { page, paging } from '../../paging.ts';
import { defineRoute } from '../../route-definition.ts';
import { keyScopes } from '../../route-scopes.ts';
import { line } from '../../text.ts';

const service = 'auth';
const tag = 'Keys for programs';

/** What a key is good for, at most; something at least. */
const scopes = z
  .array(z.enum(keyScopes))
  .min(1)
  .max(keyScopes.length)
  .refine((names) => new Set(names).size === names.length, 'must not hold anything twice');

export const newApiKey = z.strictObject({
  name: line({ min: 1, max: 70 }),
  scopes,
  /** In how many days it ends: a key that never does is one that nobody looks for. */
  expiresInDays: z.int().min(1).max(366).default(90),
});

export const apiKey = z.object({
  id: entityId,
  name: z.string(),
  /** How it begins, to tell it from others where it turns up. */
  prefix: z.string(),
  scopes: z.array(z.string()),
  createdAt: instant,
  expiresAt: instant,
  /** To the minute. */
  lastUsedAt: instant.nullable(),
  /** Who made it. */
  createdBy: userId,
});

/** The key itself is shown this once; kept as a digest. */
export const madeApiKey = z.object({ ...apiKey.shape, key: z.string() });

export const listApiKeys = defineRoute({
  service,
  tag,
  operationId: 'listApiKeys',
  method: 'GET',
  path: '/v1/api-keys',
  summary: 'Your personal access tokens, those that have ended left out',
  callers: ['user'],
  rate: 'read',
  query: z.strictObject(paging),
  responses: { 200: page(apiKey) },
  refusals: ['invalid_cursor'],
});

export const createApiKey = defineRoute({
  service,
  tag,
  operationId: 'createApiKey',
  method: 'POST',
  path: '/v1/api-keys',
  summary: 'Make a personal access token, for programs that act in your name; shown this once. Needs a recent sign-in',
  callers: ['user'],
  rate: 'write',
  body: newApiKey,
  responses: { 201: madeApiKey },
  refusals: ['reauthentication_required', 'too_many_keys'],
});

export const revokeApiKey = defineRoute({
  service,
  tag,
  operationId: 'revokeApiKey',
  method: 'DELETE',
  path: '/v1/api-keys/:keyId',
  summary: 'End a personal access token, at once and everywhere',
  callers: ['user'],
  rate: 'write',
  params: z.object({ keyId: entityId }),
  responses: { 200: z.object({ revoked: z.literal(true) }) },
});
