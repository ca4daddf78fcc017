import { z } from 'zod';
import { defineEvent } from '../../event-definition.ts';
import { groupKind } from '../../groups.ts';
import { entityId, userId } from '../../ids.ts';
import { ended, logged, terms } from './logged.ts';

const service = 'role-permission';

const group = { name: z.string(), description: z.string(), kind: groupKind };

export const groupCreated = defineEvent({
  type: 'group.created',
  service,
  summary: 'There is another group of users.',
  data: { ...logged, ...group },
});

export const groupDescribed = defineEvent({
  type: 'group.described',
  service,
  summary: 'A group got another name or description.',
  data: {
    ...logged,
    before: z.object({ name: z.string(), description: z.string() }),
    after: z.object({ name: z.string(), description: z.string() }),
  },
});

export const groupDeleted = defineEvent({
  type: 'group.deleted',
  service,
  summary: 'A group is gone; its members left it and its grants ended by the same command.',
  data: { ...logged, ...group },
});

const member = {
  userId,
  /** On whose behalf an admin put them in; null for an operator. */
  organizationId: entityId.nullable(),
};

export const groupMemberAdded = defineEvent({
  type: 'group.member_added',
  service,
  summary: 'Somebody became a member of a group.',
  data: { ...logged, ...member, before: z.null(), after: terms },
});

export const groupMemberChanged = defineEvent({
  type: 'group.member_changed',
  service,
  summary: 'A member of a group is one on other terms.',
  data: { ...logged, ...member, before: terms, after: terms },
});

export const groupMemberRemoved = defineEvent({
  type: 'group.member_removed',
  service,
  summary: 'Somebody is no longer a member of a group.',
  data: { ...logged, ...ended, ...member, before: terms, after: z.null() },
});
