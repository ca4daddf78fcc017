import { z } from 'zod';
import { instant } from '../../ids.ts';
import { paging } from '../../paging.ts';
import { defineRoute } from '../../route-definition.ts';
import { revision, scope, service } from './shared.ts';

const tag = 'Access log';
const callers = [{ permission: 'access.read' }, { judged: 'admins of the organization that is named' }] as const;
const moment = z.union(
  [z.coerce.number().int().nonnegative(), instant],
  'must be a revision, or an ISO 8601 instant in UTC',
);

/** A tuple as it held, since which position and until when. */
const heldTuple = z.object({
  object: z.string(),
  relation: z.string(),
  user: z.string(),
  validUntil: instant.nullable(),
  position: z.int().positive(),
});

export const readAccessState = defineRoute({
  service,
  tag,
  operationId: 'readAccessState',
  method: 'GET',
  path: '/v1/access/state',
  summary: 'Who was related to what at a moment, everywhere or in an organization',
  callers,
  rate: 'read',
  query: z.strictObject({ ...paging, ...scope, at: moment.optional() }),
  responses: { 200: z.object({ items: z.array(heldTuple), nextCursor: z.string().nullable(), revision }) },
  refusals: ['forbidden', 'invalid_cursor'],
});

export const readAccessDiff = defineRoute({
  service,
  tag,
  operationId: 'readAccessDiff',
  method: 'GET',
  path: '/v1/access/diff',
  summary: 'What is different between two moments, everywhere or in an organization',
  callers,
  rate: 'read',
  query: z.strictObject({ ...scope, from: moment, to: moment.optional() }),
  responses: {
    200: z.object({
      from: revision,
      to: revision,
      added: z.array(heldTuple),
      removed: z.array(heldTuple),
      /** Given on other terms: what holds instead. */
      changed: z.array(heldTuple.extend({ validUntilBefore: instant.nullable() })),
    }),
  },
  refusals: ['forbidden'],
});

export const verifyAccess = defineRoute({
  service,
  tag,
  operationId: 'verifyAccess',
  method: 'GET',
  path: '/v1/access/verify',
  summary: 'Replay the whole log and compare what it leads to with what is answered from; ask again while it runs',
  callers: [{ permission: 'access.read' }],
  patienceSeconds: 300,
  rate: 'read',
  responses: {
    200: z.object({
      revision,
      agrees: z.boolean(),
      /** SHA-256 of the live state and of the replayed one, in hex. */
      stateHash: z.string(),
      replayHash: z.string(),
      /** Of the table that questions about the past are answered from. */
      edges: z.object({ compared: z.int(), missing: z.int(), unexpected: z.int() }),
    }),
    202: z.object({ status: z.literal('running'), replayed: z.int(), of: z.int() }),
  },
});
