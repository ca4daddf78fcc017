import { z } from 'zod';
import { defineEvent } from '../../event-definition.ts';
import { entityId } from '../../ids.ts';
import { permissionName } from '../../permissions.ts';
import { ended, logged, terms } from './logged.ts';

const service = 'role-permission';

/** Everywhere, or within one organization; the subject is `name` or `<organizationId>/<name>`. */
const role = { name: permissionName, organizationId: entityId.nullable(), description: z.string() };

export const roleCreated = defineEvent({
  type: 'role.created',
  service,
  summary: 'There is another role; what it holds was granted to it by the same command.',
  data: { ...logged, ...role },
});

export const roleDescribed = defineEvent({
  type: 'role.described',
  service,
  summary: 'A role got another description.',
  data: { ...logged, before: z.string(), after: z.string() },
});

export const roleDeleted = defineEvent({
  type: 'role.deleted',
  service,
  summary: 'A role is gone; nobody is assigned to it any more, by the same command.',
  data: { ...logged, ...role },
});

/** `user:<id>`, `team:<id>` or `group:<id>`. */
const assignee = { assignee: z.templateLiteral([z.enum(['user', 'team', 'group']), ':', entityId]) };

export const roleAssigned = defineEvent({
  type: 'role.assigned',
  service,
  summary: 'A user, or the members of a team or group, were given a role, or were given it on other terms.',
  data: { ...logged, ...assignee, before: terms.nullable(), after: terms },
});

export const roleUnassigned = defineEvent({
  type: 'role.unassigned',
  service,
  summary: 'A role was taken from a user, team or group, or its time was over.',
  data: { ...logged, ...ended, ...assignee, before: terms, after: z.null() },
});
