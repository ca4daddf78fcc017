import { z } from 'zod';
import { defineEvent } from '../../event-definition.ts';
import { entityId, userId } from '../../ids.ts';
import { ended, logged, sealedName, terms } from './logged.ts';

const service = 'role-permission';

export const teamCreated = defineEvent({
  type: 'team.created',
  service,
  summary: 'An organization has another team.',
  data: { ...logged, organizationId: entityId, name: sealedName },
});

export const teamRenamed = defineEvent({
  type: 'team.renamed',
  service,
  summary: 'A team got another name.',
  data: { ...logged, organizationId: entityId, before: sealedName, after: sealedName },
});

export const teamDeleted = defineEvent({
  type: 'team.deleted',
  service,
  summary: 'A team is gone; its members left it and its grants ended by the same command.',
  data: { ...logged, organizationId: entityId, name: sealedName },
});

export const teamPurged = defineEvent({
  type: 'team.purged',
  service,
  summary: 'A deleted team waited out its grace period: nobody can restore it any more.',
  data: { ...logged, organizationId: entityId },
});

const member = { organizationId: entityId, userId };

export const teamMemberAdded = defineEvent({
  type: 'team.member_added',
  service,
  summary: 'Somebody became a member of a team.',
  data: { ...logged, ...member, before: z.null(), after: terms },
});

export const teamMemberChanged = defineEvent({
  type: 'team.member_changed',
  service,
  summary: 'A member of a team is one on other terms.',
  data: { ...logged, ...member, before: terms, after: terms },
});

export const teamMemberRemoved = defineEvent({
  type: 'team.member_removed',
  service,
  summary: 'Somebody is no longer a member of a team.',
  data: { ...logged, ...ended, ...member, before: terms, after: z.null() },
});
