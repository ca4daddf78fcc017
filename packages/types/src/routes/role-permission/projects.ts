import { z } from 'zod';
import { entityName } from '../../access-commands.ts';
import { entityId, instant, userId } from '../../ids.ts';
import { page, paging } from '../../paging.ts';
import { projectOwner } from '../../projects.ts';
import { defineRoute } from '../../route-definition.ts';
import { revision, scope, service, times, tried, until, write, written } from './shared.ts';

const tag = 'Projects';
const params = z.object({ projectId: entityId });
const member = z.object({ projectId: entityId, memberId: entityId });
const admins = [
  { judged: 'its owner, or admins of the organization that owns it' },
  { permission: 'access.manage' },
] as const;
const members = [{ judged: 'its members, and those of its teams' }, { permission: 'access.read' }] as const;
const project = z.object({ id: entityId, name: z.string().nullable(), owner: projectOwner });

/** A user or a team. */
const membership = z.object({
  id: entityId,
  userId: userId.optional(),
  teamId: entityId.optional(),
  validUntil: instant.nullable(),
});
const newMember = z
  .strictObject({ userId: userId.optional(), teamId: entityId.optional(), ...until })
  .refine(
    (body) => (body.userId === undefined) !== (body.teamId === undefined),
    'must have exactly one of userId, teamId',
  );

export const createProject = defineRoute({
  ...write,
  tag,
  operationId: 'createProject',
  method: 'POST',
  path: '/v1/projects',
  summary: 'Create a project, of yours or of an organization that you belong to',
  callers: [{ judged: 'members of any organization' }],
  body: z.strictObject({ name: entityName, owner: projectOwner }),
  responses: { 200: tried, 201: project.extend({ revision }) },
  refusals: ['organization_needed'],
});

export const listProjects = defineRoute({
  service,
  tag,
  operationId: 'listProjects',
  method: 'GET',
  path: '/v1/projects',
  summary: 'The projects that you may see, or those of one organization',
  callers: ['user'],
  rate: 'read',
  query: z.strictObject({ ...paging, ...scope }),
  responses: { 200: page(project.extend(times)) },
  refusals: ['invalid_cursor'],
});

export const readProject = defineRoute({
  service,
  tag,
  operationId: 'readProject',
  method: 'GET',
  path: '/v1/projects/:projectId',
  summary: 'A project, with its first two hundred members',
  callers: members,
  rate: 'read',
  params,
  responses: { 200: project.extend({ ...times, revision, members: z.array(membership) }) },
});

export const renameProject = defineRoute({
  ...write,
  tag,
  operationId: 'renameProject',
  method: 'PATCH',
  path: '/v1/projects/:projectId',
  summary: 'Give a project another name',
  callers: admins,
  params,
  body: z.strictObject({ name: entityName }),
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden'],
});

export const deleteProject = defineRoute({
  ...write,
  tag,
  operationId: 'deleteProject',
  method: 'DELETE',
  path: '/v1/projects/:projectId',
  summary: 'Delete a project; it can be restored for a while',
  callers: admins,
  params,
  responses: { 200: z.union([tried, written]) },
  refusals: ['too_much_at_once', 'forbidden'],
});

export const transferProject = defineRoute({
  ...write,
  tag,
  operationId: 'transferProject',
  method: 'POST',
  path: '/v1/projects/:projectId/transfer',
  summary: 'Give a project another owner',
  callers: admins,
  params,
  body: z.strictObject({ owner: projectOwner }),
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden', 'user_suspended'],
});

export const listProjectMembers = defineRoute({
  service,
  tag,
  operationId: 'listProjectMembers',
  method: 'GET',
  path: '/v1/projects/:projectId/members',
  summary: 'The users and teams that are members of a project',
  callers: members,
  rate: 'read',
  params,
  query: z.strictObject(paging),
  responses: { 200: page(membership).extend({ revision }) },
  refusals: ['invalid_cursor'],
});

export const addProjectMember = defineRoute({
  ...write,
  tag,
  operationId: 'addProjectMember',
  method: 'POST',
  path: '/v1/projects/:projectId/members',
  summary: 'Make a user or a team a member of a project',
  callers: admins,
  params,
  body: newMember,
  responses: { 200: tried, 201: membership.extend({ revision }) },
  refusals: ['forbidden', 'member_exists', 'user_suspended'],
});

export const changeProjectMember = defineRoute({
  ...write,
  tag,
  operationId: 'changeProjectMember',
  method: 'PATCH',
  path: '/v1/projects/:projectId/members/:memberId',
  summary: 'Let a membership of a project end at another time',
  callers: admins,
  params: member,
  body: z.strictObject(until),
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden'],
});

export const removeProjectMember = defineRoute({
  ...write,
  tag,
  operationId: 'removeProjectMember',
  method: 'DELETE',
  path: '/v1/projects/:projectId/members/:memberId',
  summary: 'Remove a user or a team from a project, or leave it',
  callers: [{ judged: 'the user themselves' }, ...admins],
  params: member,
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden'],
});
