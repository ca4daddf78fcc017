import { z } from 'zod';
import { dictionary } from '../dictionary.ts';
import { accountStatus } from '../events/deactivation.ts';
import { instant, userId } from '../ids.ts';
import { email, profileFacts, profileFields, username } from '../people.ts';
import { permissionName } from '../permissions.ts';
import { defineRoute } from '../route-definition.ts';
import { line } from '../text.ts';

const service = 'profile';

const systemName = z.string().regex(/^[a-z][a-z0-9_.-]{0,63}$/, 'must name a system: a-z, digits, and _ . -');
const externalId = line({ min: 1, max: 128 });

/** Names of other systems and the person's id there. */
export const externalIds = z.record(systemName, externalId);

/** What everyone signed in may see; the rest is there for the person themselves and for `users.read`. */
const user = z.object({
  id: userId,
  username,
  firstName: z.string().nullable(),
  lastName: z.string().nullable(),
  description: z.string().nullable(),
  createdAt: instant,
  updatedAt: instant,
  /** For `users.manage` too. */
  status: accountStatus.optional(),
  email: email.optional(),
  gender: z.string().nullable().optional(),
  countryCode: z.string().nullable().optional(),
  locale: z.string().nullable().optional(),
  timeZone: z.string().nullable().optional(),
  externalIds: externalIds.optional(),
});
export type User = z.infer<typeof user>;

export const readUser = defineRoute({
  service,
  operationId: 'readUser',
  method: 'GET',
  path: '/v1/users/:userId',
  summary: 'A person’s profile, as far as you may see it',
  callers: ['user'],
  rate: 'read',
  params: z.object({ userId }),
  headers: ['ETag'],
  responses: { 200: user, 304: z.undefined() },
});

export const updateUser = defineRoute({
  service,
  operationId: 'updateUser',
  method: 'PATCH',
  path: '/v1/users/:userId',
  summary: 'Change a profile (RFC 7396 merge patch); `If-Match` guards against overwriting',
  callers: ['self', { permission: 'users.manage' }],
  rate: 'write',
  params: z.object({ userId }),
  body: profileFields.extend({
    /** By `users.manage` only; a null takes an entry away. */
    externalIds: dictionary(systemName, externalId.nullable()).optional(),
  }),
  headers: ['ETag'],
  responses: { 200: user },
  refusals: ['precondition_failed', 'external_id_taken', 'forbidden'],
  idempotent: true,
});

export const listGenders = defineRoute({
  service,
  operationId: 'listGenders',
  method: 'GET',
  path: '/v1/genders',
  summary: 'The reference table of genders',
  callers: ['public'],
  rate: 'read',
  responses: {
    200: z.object({ items: z.array(z.object({ code: z.string(), label: z.string() })), nextCursor: z.null() }),
  },
});

export const readUserServiceUser = defineRoute({
  service,
  operationId: 'readUserServiceUser',
  method: 'GET',
  path: '/users/:userId',
  summary: 'A user (UserService); with `?permission=` whether that user has a permission',
  callers: ['user'],
  rate: 'read',
  params: z.object({ userId }),
  query: z.strictObject({ permission: permissionName.optional() }),
  headers: ['ETag'],
  responses: {
    200: z.union([z.object({ permission: permissionName, granted: z.boolean() }), user]),
    304: z.undefined(),
  },
  tag: 'UserService',
});

export const enrolUser = defineRoute({
  service,
  operationId: 'enrolUserInProfile',
  method: 'PUT',
  path: '/internal/users/:userId',
  summary: 'Make the profile of a verified person; repeating it changes nothing',
  callers: [{ service: 'registration' }],
  rate: 'internal',
  params: z.object({ userId }),
  body: z.strictObject({ email, username, profile: profileFacts }),
  responses: { 200: z.object({ enrolled: z.boolean() }) },
});
