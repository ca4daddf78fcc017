import { z } from 'zod';
import { entityId, instant } from '../../ids.ts';

export const service = 'role-permission';

/** A position of the access log: what an answer is as of, or what a write became. */
export const revision = z.int().nonnegative();

export const written = z.object({ revision });

/** With `dryRun=true` a write is decided, and nothing of it is kept. */
export const trial = {
  dryRun: z.enum(['true', 'false']).optional().meta({ description: 'Answer what it would do, and keep nothing of it' }),
};

/** Of lists and writes that are about one organization, or else about the whole deployment. */
export const scope = {
  organization: entityId.optional().meta({ description: 'Of this organization, or within it, alone' }),
};

/** When a thing came about, and when its name, or whose it is, last changed. */
export const times = { createdAt: instant, updatedAt: instant };

export const until = {
  validUntil: instant.nullish().meta({ description: 'When it ends by itself; it lasts when left out or null' }),
};

/** What every write of access has in common. A repeated one answers what the first did, a DELETE as well. */
export const write = {
  service,
  rate: 'write',
  query: z.strictObject(trial),
  headers: ['Rollcall-Revision'],
  idempotent: true,
} as const;

/** An event of the access log. Names are readable in it to whoever may see the event. */
export const accessEvent = z.object({
  position: z.int().positive(),
  id: z.string(),
  commandId: z.string(),
  index: z.int().nonnegative(),
  type: z.string(),
  subject: z.string(),
  time: instant,
  actor: z.string(),
  data: z.record(z.string(), z.unknown()),
});

/** What a write that is only tried would add to the log. Ids it would get only with being written. */
export const tried = z.object({
  revision,
  dryRun: z.literal(true),
  events: z.array(accessEvent.omit({ id: true, commandId: true })),
});
