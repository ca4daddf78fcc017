import { z } from 'zod';
import { graphChange } from '../../graph-change.ts';
import { entityId } from '../../ids.ts';
import { defineRoute } from '../../route-definition.ts';
import { accessEvent, revision, service } from './shared.ts';

/** Where a replica is, and how old that is: milliseconds since it was known that the log had no more. */
const standing = { epoch: z.int(), revision, age: z.number().nonnegative() };

/**
 * Which event stands at a position: after a loss that nobody noticed another one may. What it looks like is the owner's
 * business; whoever gets one hands it back as it is.
 */
const place = z.string().max(100);

/** Where whoever takes an answer stands then. */
const reached = {
  place,
  /** When the newest event was appended, in milliseconds since 1970: nothing may be judged by an earlier time. */
  at: z.number().nonnegative(),
};

/** The same for the same model alone. */
const modelDigest = z.string();

/** An event, and whom it concerns: who may see it follows from that. */
const entry = z.object({
  event: accessEvent,
  concern: z.object({
    users: z.array(z.string()).readonly(),
    organizations: z.array(entityId).readonly(),
    isForAdmins: z.boolean(),
    project: z.object({ id: entityId, owners: z.array(z.string()).readonly() }).nullable(),
  }),
});

const position = z.coerce.number().int().nonnegative();
const limit = z.coerce.number().int().min(1).max(5_000).default(1_000);

export const readAccessGraph = defineRoute({
  service,
  operationId: 'readAccessGraph',
  method: 'GET',
  path: '/internal/access/graph',
  summary: 'The graph of rights as a whole, to answer checks from',
  callers: [{ service: 'gateway' }],
  rate: 'internal',
  responses: {
    200: z.object({
      ...standing,
      ...reached,
      /** The model that it is of, as JSON. */
      model: z.string(),
      modelDigest,
      /** All tuples, in the check engine's own form, in base64. */
      snapshot: z.string(),
      /** Whoever is denied everything. */
      barred: z.array(z.string()),
    }),
  },
});

export const readAccessChanges = defineRoute({
  service,
  operationId: 'readAccessChanges',
  method: 'GET',
  path: '/internal/access/changes',
  summary: 'What has changed since a revision; `reload` when that is not known any more, or of another history',
  callers: [{ service: 'gateway' }],
  rate: 'internal',
  query: z.strictObject({ epoch: position, after: position, place, limit }),
  responses: {
    200: z.object({
      ...standing,
      ...reached,
      modelDigest,
      reload: z.boolean(),
      entries: z.array(entry),
      /** What the entries have changed of the graph, all together. */
      changes: z.array(graphChange),
    }),
  },
});

export const readAccessHistory = defineRoute({
  service,
  operationId: 'readAccessHistory',
  method: 'GET',
  path: '/internal/access/history',
  summary: 'The access log after a revision, from the database',
  callers: [{ service: 'gateway' }],
  rate: 'internal',
  query: z.strictObject({ after: position, limit }),
  responses: { 200: z.object({ ...standing, entries: z.array(entry) }) },
});
