import { z } from 'zod';
import { accessCommandList, mostChanges } from '../../access-commands.ts';
import { page, paging } from '../../paging.ts';
import { defineRoute } from '../../route-definition.ts';
import { accessEvent, revision, scope, service, tried } from './shared.ts';

const tag = 'Access log';
const position = z.coerce.number().int().positive();

/** What a write has added to the log, or would add. */
const logged = z.union([tried, z.object({ revision, events: z.array(accessEvent) })]);

export const submitAccessCommands = defineRoute({
  service,
  tag,
  operationId: 'submitAccessCommands',
  method: 'POST',
  path: '/v1/access/commands',
  summary: `Several changes of access together, or none of them; ${mostChanges} events at most`,
  callers: [{ judged: 'whoever may bring each of them about' }],
  rate: 'write',
  body: z.strictObject({ commands: accessCommandList, dryRun: z.boolean().optional() }),
  bodyLimit: 262_144,
  headers: ['Rollcall-Revision'],
  responses: { 200: logged },
  refusals: ['too_much_at_once', 'forbidden'],
  idempotent: true,
});

export const listAccessEvents = defineRoute({
  service,
  tag,
  operationId: 'listAccessEvents',
  method: 'GET',
  path: '/v1/access/events',
  summary: 'The access log, from a revision on: the events that you may see',
  callers: ['user'],
  rate: 'read',
  query: z.strictObject({ ...paging, from: position.optional(), ...scope }),
  responses: { 200: page(accessEvent).extend({ revision }) },
  refusals: ['invalid_cursor'],
});

export const readAccessEvent = defineRoute({
  service,
  tag,
  operationId: 'readAccessEvent',
  method: 'GET',
  path: '/v1/access/events/:position',
  summary: 'One event of the access log',
  callers: [{ judged: 'whoever may see it' }],
  rate: 'read',
  params: z.object({ position }),
  responses: { 200: accessEvent },
});

export const undoAccessEvent = defineRoute({
  service,
  tag,
  operationId: 'undoAccessEvent',
  method: 'POST',
  path: '/v1/access/events/:position/undo',
  summary: `Take back the whole command that wrote an event; with cascade also what builds on it, ${mostChanges} events at most`,
  callers: [{ judged: 'whoever may bring the inverse about' }],
  rate: 'write',
  params: z.object({ position }),
  body: z.strictObject({ cascade: z.boolean().optional(), dryRun: z.boolean().optional() }),
  bodyOptional: true,
  headers: ['Rollcall-Revision'],
  responses: { 200: logged },
  refusals: ['too_much_at_once', 'forbidden', 'not_undoable', 'undo_blocked', 'last_admin', 'seat_limit_reached'],
  idempotent: true,
});
