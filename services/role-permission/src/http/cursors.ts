import { z } from 'zod';

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** Lists of users, teams and groups go on after one of them: `user:<id>`, `team:<id>#member`. */
export const subjectCursor = z.tuple([
  z.string().regex(new RegExp(`^(?:user|team|group):${uuid}(?:/${uuid})?(?:#member)?$`)),
]);

/** Lists of the roles that somebody has go on after a role and the way to it. */
export const heldRoleCursor = z.tuple([
  z.string().regex(new RegExp(`^(?:${uuid}/)?[A-Za-z0-9._-]{1,100}@(?:(?:team|group):${uuid})?$`)),
]);

/** Lists of objects or users go on after one of them. */
export const thingCursor = z.tuple([
  z
    .string()
    .max(256)
    .regex(/^[a-z]+:[\w./-]+$/),
]);

/** Lists of tuples go on after one of them. */
export const tupleCursor = z.tuple([
  z
    .string()
    .max(600)
    .regex(/^[a-z]+:[\w./-]+#[a-z]+@[a-z]+:[\w./-]+(?:#[a-z]+)?$/),
]);

/** Lists of the log go on after a position. */
export const positionCursor = z.tuple([
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);
