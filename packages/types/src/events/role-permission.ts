import { z } from 'zod';
import { defineEvent } from '../event-definition.ts';
import { instant } from '../ids.ts';
import { permissionName } from '../permissions.ts';

const service = 'role-permission';

/** Where in the access log the event stands, and the command that caused it. */
const logged = { revision: z.int().positive(), commandId: z.string(), index: z.int().nonnegative() };

export const accessBootstrapped = defineEvent({
  type: 'access.bootstrapped',
  service,
  summary: 'The first verified person became the first administrator; happens once.',
  data: { ...logged },
});

export const accessUserAdded = defineEvent({
  type: 'access.user_added',
  service,
  summary: 'A registered person can be given rights.',
  data: { ...logged },
});

export const permissionCreated = defineEvent({
  type: 'permission.created',
  service,
  summary: 'A permission was defined.',
  data: { ...logged, name: permissionName, description: z.string() },
});

export const permissionDescribed = defineEvent({
  type: 'permission.described',
  service,
  summary: 'A permission got another description.',
  data: { ...logged, name: permissionName, before: z.string(), after: z.string() },
});

export const permissionDeleted = defineEvent({
  type: 'permission.deleted',
  service,
  summary: 'A permission is gone; its grants were revoked by the same command.',
  data: { ...logged, name: permissionName, description: z.string() },
});

const grant = { validUntil: instant.nullable() };

export const permissionGranted = defineEvent({
  type: 'permission.granted',
  service,
  summary: 'A person was given a permission.',
  data: { ...logged, permission: permissionName, before: z.object(grant).nullable(), after: z.object(grant) },
});

export const permissionRevoked = defineEvent({
  type: 'permission.revoked',
  service,
  summary: 'A permission was taken from a person.',
  data: { ...logged, permission: permissionName, before: z.object(grant), after: z.null() },
});

export const userSuspended = defineEvent({
  type: 'user.suspended',
  service,
  summary: 'A person is denied everything until restored.',
  data: { ...logged },
});

export const userRestored = defineEvent({
  type: 'user.restored',
  service,
  summary: 'A suspended person has their rights again.',
  data: { ...logged },
});
