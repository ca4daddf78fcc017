import { z } from 'zod';
import { sealedPersonal } from '../../event-definition.ts';
import { instant } from '../../ids.ts';

/** Where in the access log the event stands, and the command that caused it. */
export const logged = {
  revision: z.int().positive(),
  commandId: z.string(),
  index: z.int().nonnegative(),
  /** The position of the event that this one takes back. */
  undoes: z.int().positive().optional(),
};

/** On what terms something is held: until when, or for as long as nobody ends it. */
export const terms = z.object({ validUntil: instant.nullable() });

/**
 * A name that people gave, as it travels: `{ name }` sealed under the key of the organization or project that the JWE's
 * `kid` names. Wiping that out destroys the key.
 */
export const sealedName = sealedPersonal;

/** What ended because its time had come, and not because somebody ended it. */
export const ended = { expired: z.literal(true).optional() };
