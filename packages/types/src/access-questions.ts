import { z } from 'zod';
import { instant } from './ids.ts';

/** `type:id`; `user:me` is whoever asks. */
const thing = z
  .string()
  .max(256)
  .regex(/^[a-z]+:[^\s:#\p{Cc}]+$/u, 'must be type:id');

/** A user, or all who are in a relation to something: `team:<id>#member`. */
const subject = z
  .string()
  .max(320)
  .regex(/^[a-z]+:[^\s:#\p{Cc}]+(?:#[a-z]+)?$/u, 'must be type:id or type:id#relation');
/** The name of a type or a relation. */
export const word = z
  .string()
  .max(50)
  .regex(/^[a-z]+$/, 'must be a word in lower case');

/** A revision, or an instant: what was true then. */
const moment = z.union([z.int().nonnegative(), instant], 'must be a revision, or an ISO 8601 instant in UTC');

/** A revision and the history that it is of, as the header `Rollcall-Revision` tells them. */
export const revisionHeard = z.string().regex(/^\d{1,15}-\d{1,15}$/, 'must be <epoch>-<revision>');

/** A revision of the present history, or `<epoch>-<revision>`. */
export const revisionAsked = z.union(
  [z.int().nonnegative(), revisionHeard],
  'must be a revision, or <epoch>-<revision>',
);

/** The epoch, if one is named, and the position. */
export const revisionParts = (asked: number | string): readonly [epoch: number | undefined, position: number] => {
  if (typeof asked === 'number') return [undefined, asked];
  const [epoch, position] = asked.split('-').map(Number);
  return [epoch, position ?? 0];
};

/** The checks of one batch are about so many moments at most, the present being one: each takes a reading of the past. */
export const mostMoments = 24;

export const when = { at: moment.optional(), minRevision: revisionAsked.optional() };

/** Nothing in the model depends on it: taken so that clients may send it always. */
const context = { context: z.record(z.string().max(100), z.unknown()).optional() };

export const checkQuestion = z.strictObject({ user: subject, relation: word, object: thing, ...when, ...context });
export const objectsQuestion = z.strictObject({ user: subject, relation: word, type: word, ...when, ...context });
export const usersQuestion = z.strictObject({ object: thing, relation: word, ...when, ...context });
export const flipQuestion = z.strictObject({
  user: subject,
  relation: word,
  object: thing,
  from: moment,
  to: moment.optional(),
  ...context,
});
export const tupleShape = z.object({ user: z.string(), relation: z.string(), object: z.string() });
