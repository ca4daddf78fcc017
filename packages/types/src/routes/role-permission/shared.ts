import { z } from 'zod';

export const service = 'role-permission';

/** A position of the access log: what an answer is as of, or what a write became. */
export const revision = z.int().nonnegative();

export const written = z.object({ revision });

/** A write that is only to be tried: it is decided, and nothing is kept. */
export const trial = { dryRun: z.stringbool().optional() };

/** What a write would have added to the log. */
export const tried = z.object({
  revision,
  dryRun: z.literal(true),
  events: z.array(z.object({ type: z.string(), subject: z.string(), data: z.record(z.string(), z.unknown()) })),
});

/** Until when something holds; null, or nothing, for as long as nobody ends it. */
export { instant as until } from '../../ids.ts';
