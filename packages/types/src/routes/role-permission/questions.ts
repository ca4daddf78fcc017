import { z } from 'zod';
import { accessCommandList } from '../../access-commands.ts';
import {
  checkQuestion,
  flipQuestion,
  mostMoments,
  objectsQuestion,
  tupleShape,
  usersQuestion,
  word,
} from '../../access-questions.ts';
import { instant } from '../../ids.ts';
import { bodyPaging } from '../../paging.ts';
import { defineRoute } from '../../route-definition.ts';
import { revision, service } from './shared.ts';

const tag = 'Questions';
const callers = [
  { judged: 'anybody about themselves, and about others on what they administer' },
  { permission: 'access.read' },
] as const;

/**
 * What every question has in common; none of them changes anything. Of `role:<organization>/<name>` and
 * `permission:<organization>/<name>` its admins are told about those who belonged to it at the moment in question, and
 * what was given within it: about others the answer is that about somebody who does not exist, and what members hold from
 * elsewhere is one step of a way, without its event.
 */
const question = {
  service,
  tag,
  method: 'POST',
  callers,
  rate: 'read',
} as const;
const refusals = ['forbidden', 'revision_unknown'] as const;

export const checkAccess = defineRoute({
  ...question,
  operationId: 'checkAccess',
  path: '/v1/access/check',
  summary:
    'Is somebody in a relation to something, now or at a moment of the past? Admins of an organization are told of its own people',
  body: checkQuestion,
  responses: { 200: z.object({ allowed: z.boolean(), revision }) },
  refusals,
});

export const checkAccessBatch = defineRoute({
  ...question,
  operationId: 'checkAccessBatch',
  path: '/v1/access/batch-check',
  summary: `Many checks at once, in the order in which they were asked; about ${mostMoments} different moments at most`,
  body: z.strictObject({
    checks: z
      .array(checkQuestion)
      .min(1)
      .max(1_000)
      .refine(
        (checks) => new Set(checks.map(({ at }) => at)).size <= mostMoments,
        `must be about ${mostMoments} different moments at most`,
      ),
  }),
  bodyLimit: 524_288,
  responses: { 200: z.object({ results: z.array(z.object({ allowed: z.boolean() })), revision }) },
  refusals,
});

export const listAccessObjects = defineRoute({
  ...question,
  operationId: 'listAccessObjects',
  path: '/v1/access/list-objects',
  summary:
    'The objects of a type that somebody is in a relation to; of others those that you administer, within an organization for its own people',
  body: objectsQuestion.extend(bodyPaging),
  responses: {
    200: z.object({ objects: z.array(z.string()), complete: z.boolean(), nextCursor: z.string().nullable(), revision }),
  },
  refusals: [...refusals, 'invalid_cursor'],
});

export const listAccessUsers = defineRoute({
  ...question,
  operationId: 'listAccessUsers',
  path: '/v1/access/list-users',
  summary: 'Who is in a relation to something that you administer; within an organization its own people',
  body: usersQuestion.extend({ type: word.optional(), ...bodyPaging }),
  responses: {
    200: z.object({ users: z.array(z.string()), complete: z.boolean(), nextCursor: z.string().nullable(), revision }),
  },
  refusals: [...refusals, 'invalid_cursor'],
});

export const expandAccess = defineRoute({
  ...question,
  operationId: 'expandAccess',
  path: '/v1/access/expand',
  summary:
    'What a relation to something consists of, one level deep, as a tree; within an organization what was given there',
  body: usersQuestion,
  responses: { 200: z.object({ tree: z.record(z.string(), z.unknown()), revision }) },
  refusals,
});

/** Where in the log a tuple was made; null for what the product itself says. */
const origin = z.object({ position: z.int().positive(), actor: z.string(), time: instant }).nullable();
const step = z.object({
  tuple: tupleShape.extend({ validUntil: instant.optional() }),
  event: origin,
});

export const explainAccess = defineRoute({
  ...question,
  operationId: 'explainAccess',
  path: '/v1/access/explain',
  summary:
    'Why a check is answered as it is: the ways that allow it and the events that made them, or what is missing; admins of an organization are not told how its people came by what they hold elsewhere',
  body: checkQuestion,
  responses: {
    200: z.object({
      allowed: z.boolean(),
      paths: z.array(z.array(step)),
      /** In sentences; only of what you may see. */
      missing: z.array(z.string()).optional(),
      revision,
    }),
  },
  refusals,
});

export const whyAccessChanged = defineRoute({
  ...question,
  operationId: 'whyAccessChanged',
  path: '/v1/access/why-changed',
  summary:
    'Which events between two moments it took to change the answer to a check, and no more than these; for admins of an organization those that happened there',
  body: flipQuestion,
  responses: {
    200: z.object({
      from: z.object({ allowed: z.boolean(), revision }),
      to: z.object({ allowed: z.boolean(), revision }),
      events: z.array(
        z.object({
          position: z.int().positive(),
          type: z.string(),
          subject: z.string(),
          actor: z.string(),
          time: instant,
        }),
      ),
    }),
  },
  refusals,
});

/** Somebody comes into a relation to something, or loses it. */
const change = z.array(tupleShape);

export const previewAccess = defineRoute({
  service,
  tag,
  operationId: 'previewAccess',
  method: 'POST',
  path: '/v1/access/preview',
  summary:
    'Who would gain and who would lose what by these commands, without doing them; of newcomers to an organization what it would give them',
  callers: [{ judged: 'whoever may bring each of them about' }],
  rate: 'read',
  body: z.strictObject({ commands: accessCommandList }),
  bodyLimit: 262_144,
  responses: {
    200: z.object({
      gained: change,
      lost: change,
      /** False when more people are concerned than were looked at. */
      complete: z.boolean(),
      revision,
    }),
  },
  refusals: ['too_much_at_once', 'forbidden'],
});
