import { z } from 'zod';
import { entityId, instant, userId } from '../../ids.ts';
import { page, paging } from '../../paging.ts';
import { defineRoute } from '../../route-definition.ts';
import { line, paragraph } from '../../text.ts';
import { apiKey, madeApiKey, newApiKey } from './api-keys.ts';

const service = 'auth';
const tag = 'Keys for programs';
const managers = { callers: [{ permission: 'service_accounts.manage' }], tag } as const;

const fields = { name: line({ min: 1, max: 70 }), description: paragraph({ min: 0, max: 500 }) };
/** Rights are given to it by this id, as to a person. */
const serviceAccount = z.object({ id: userId, ...fields, createdAt: instant });
const byId = { params: z.object({ serviceAccountId: userId }) };

export const listServiceAccounts = defineRoute({
  service,
  operationId: 'listServiceAccounts',
  method: 'GET',
  path: '/v1/service-accounts',
  summary: 'The service accounts',
  ...managers,
  rate: 'read',
  query: z.strictObject(paging),
  responses: { 200: page(serviceAccount) },
  refusals: ['invalid_cursor'],
});

export const createServiceAccount = defineRoute({
  service,
  operationId: 'createServiceAccount',
  method: 'POST',
  path: '/v1/service-accounts',
  summary: 'Add an account for a program: it has keys and no password, and may do what it is given',
  ...managers,
  rate: 'write',
  body: z.strictObject({ name: fields.name, description: fields.description.default('') }),
  responses: { 201: serviceAccount },
  idempotent: true,
  refusals: ['forbidden'],
  openAboutExistence: true,
});

export const readServiceAccount = defineRoute({
  service,
  operationId: 'readServiceAccount',
  method: 'GET',
  path: '/v1/service-accounts/:serviceAccountId',
  summary: 'One service account',
  ...managers,
  rate: 'read',
  ...byId,
  responses: { 200: serviceAccount },
});

export const updateServiceAccount = defineRoute({
  service,
  operationId: 'updateServiceAccount',
  method: 'PATCH',
  path: '/v1/service-accounts/:serviceAccountId',
  summary: 'Call a service account something else, or describe it',
  ...managers,
  rate: 'write',
  ...byId,
  body: z.strictObject(fields).partial(),
  responses: { 200: serviceAccount },
  refusals: ['forbidden'],
});

export const removeServiceAccount = defineRoute({
  service,
  operationId: 'removeServiceAccount',
  method: 'DELETE',
  path: '/v1/service-accounts/:serviceAccountId',
  summary: 'Remove a service account for good: its keys end at once, and it is denied everything',
  ...managers,
  rate: 'write',
  ...byId,
  responses: { 200: z.object({ removed: z.literal(true) }) },
  refusals: ['forbidden', 'last_admin'],
});

export const listServiceAccountKeys = defineRoute({
  service,
  operationId: 'listServiceAccountKeys',
  method: 'GET',
  path: '/v1/service-accounts/:serviceAccountId/keys',
  summary: 'The keys of a service account, those that have ended left out',
  ...managers,
  rate: 'read',
  ...byId,
  query: z.strictObject(paging),
  responses: { 200: page(apiKey) },
  refusals: ['invalid_cursor'],
});

export const createServiceAccountKey = defineRoute({
  service,
  operationId: 'createServiceAccountKey',
  method: 'POST',
  path: '/v1/service-accounts/:serviceAccountId/keys',
  summary: 'Make a key of a service account; shown this once. Needs a recent sign-in',
  ...managers,
  rate: 'write',
  ...byId,
  body: newApiKey,
  responses: { 201: madeApiKey },
  refusals: ['reauthentication_required', 'forbidden', 'too_many_keys'],
});

export const revokeServiceAccountKey = defineRoute({
  service,
  operationId: 'revokeServiceAccountKey',
  method: 'DELETE',
  path: '/v1/service-accounts/:serviceAccountId/keys/:keyId',
  summary: 'End a key of a service account, at once and everywhere',
  ...managers,
  rate: 'write',
  params: z.object({ serviceAccountId: userId, keyId: entityId }),
  responses: { 200: z.object({ revoked: z.literal(true) }) },
  refusals: ['forbidden'],
});
