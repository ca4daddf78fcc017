import { z } from 'zod';
import { instant } from '../../ids.ts';

export const service = 'role-permission';

/** A position of the access log: what an answer is as of, or what a write became. */
export const revision = z.int().nonnegative();

export const written = z.object({ revision });

/** With `dryRun=true` a write is decided, and nothing of it is kept. */
export const trial = { dryRun: z.enum(['true', 'false']).optional() };

/** What a write that is only tried would add to the log. */
export const tried = z.object({
  revision,
  dryRun: z.literal(true),
  events: z.array(z.object({ type: z.string(), subject: z.string(), data: z.record(z.string(), z.unknown()) })),
});

export const until = { validUntil: instant.nullish() };

/** What every write of access has in common. */
export const write = {
  service,
  rate: 'write',
  query: z.strictObject(trial),
  headers: ['Rollcall-Revision'],
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
