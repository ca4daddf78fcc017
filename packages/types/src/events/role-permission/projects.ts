import { z } from 'zod';
import { defineEvent } from '../../event-definition.ts';
import { entityId } from '../../ids.ts';
import { projectOwner } from '../../projects.ts';
import { ended, logged, sealedName, terms } from './logged.ts';

const service = 'role-permission';

const owner = projectOwner;

export const projectCreated = defineEvent({
  type: 'project.created',
  service,
  summary: 'There is another project.',
  data: { ...logged, name: sealedName, owner },
});

export const projectRenamed = defineEvent({
  type: 'project.renamed',
  service,
  summary: 'A project got another name.',
  data: { ...logged, owner, before: sealedName, after: sealedName },
});

export const projectDeleted = defineEvent({
  type: 'project.deleted',
  service,
  summary: 'A project is gone; its members left it by the same command.',
  data: { ...logged, name: sealedName, owner },
});

export const projectPurged = defineEvent({
  type: 'project.purged',
  service,
  summary: 'A deleted project waited out its grace period: nobody can restore it any more.',
  data: { ...logged, owner },
});

const ownership = z.object({ owner, name: sealedName });

export const projectTransferred = defineEvent({
  type: 'project.transferred',
  service,
  summary: 'A project has another owner. Its name is sealed anew, under that owner’s key.',
  data: { ...logged, before: ownership, after: ownership },
});

const member = { owner, member: z.templateLiteral([z.enum(['user', 'team']), ':', entityId]) };

export const projectMemberAdded = defineEvent({
  type: 'project.member_added',
  service,
  summary: 'Somebody or a team became a member of a project.',
  data: { ...logged, ...member, before: z.null(), after: terms },
});

export const projectMemberChanged = defineEvent({
  type: 'project.member_changed',
  service,
  summary: 'A member of a project is one on other terms.',
  data: { ...logged, ...member, before: terms, after: terms },
});

export const projectMemberRemoved = defineEvent({
  type: 'project.member_removed',
  service,
  summary: 'Somebody or a team is no longer a member of a project.',
  data: { ...logged, ...ended, ...member, before: terms, after: z.null() },
});
