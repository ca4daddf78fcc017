import { z } from 'zod';
import { defineEvent } from '../../event-definition.ts';
import { entityId } from '../../ids.ts';
import { permissionName } from '../../permissions.ts';
import { ended, logged, terms } from './logged.ts';

const service = 'role-permission';

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

/**
 * What a grant is: a permission, everywhere or within one organization, for the user, team, group or role that is the
 * event's subject. Events from before there were organizations name neither: they are about users, everywhere.
 */
const grant = {
  permission: permissionName,
  organizationId: entityId.nullable().optional(),
  holder: z.enum(['user', 'team', 'group', 'role']).optional(),
};

export const permissionGranted = defineEvent({
  type: 'permission.granted',
  service,
  summary: 'A user, team, group or role was given a permission, or was given it on other terms.',
  data: { ...logged, ...grant, before: terms.nullable(), after: terms },
});

export const permissionRevoked = defineEvent({
  type: 'permission.revoked',
  service,
  summary: 'A permission was taken from a user, team, group or role, or its time was over.',
  data: { ...logged, ...ended, ...grant, before: terms, after: z.null() },
});
