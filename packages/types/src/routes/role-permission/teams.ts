import { z } from 'zod';
import { entityName } from '../../access-commands.ts';
import { entityId, instant, userId } from '../../ids.ts';
import { page, paging } from '../../paging.ts';
import { defineRoute } from '../../route-definition.ts';
import { revision, scope, service, times, tried, until, write, written } from './shared.ts';

const tag = 'Teams';
const params = z.object({ teamId: entityId });
const member = z.object({ teamId: entityId, userId });
const admins = [{ judged: 'admins of its organization' }, { permission: 'access.manage' }] as const;
const members = [{ judged: 'members of its organization' }, { permission: 'access.read' }] as const;
const team = z.object({ id: entityId, organizationId: entityId, name: z.string().nullable() });
const membership = z.object({ userId, validUntil: instant.nullable() });

export const createTeam = defineRoute({
  ...write,
  tag,
  operationId: 'createTeam',
  method: 'POST',
  path: '/v1/teams',
  summary: 'Create a team of an organization',
  callers: admins,
  body: z.strictObject({ organizationId: entityId, name: entityName }),
  responses: { 200: tried, 201: team.extend({ revision }) },
  refusals: ['forbidden'],
});

export const listTeams = defineRoute({
  service,
  tag,
  operationId: 'listTeams',
  method: 'GET',
  path: '/v1/teams',
  summary: 'The teams of an organization, or those that you are in',
  callers: ['user'],
  rate: 'read',
  query: z.strictObject({ ...paging, ...scope }),
  responses: { 200: page(team.extend(times)) },
  refusals: ['invalid_cursor'],
});

export const readTeam = defineRoute({
  service,
  tag,
  operationId: 'readTeam',
  method: 'GET',
  path: '/v1/teams/:teamId',
  summary: 'A team, with its first two hundred members',
  callers: members,
  rate: 'read',
  params,
  responses: { 200: team.extend({ ...times, revision, members: z.array(membership) }) },
});

export const renameTeam = defineRoute({
  ...write,
  tag,
  operationId: 'renameTeam',
  method: 'PATCH',
  path: '/v1/teams/:teamId',
  summary: 'Give a team another name',
  callers: admins,
  params,
  body: z.strictObject({ name: entityName }),
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden'],
});

export const deleteTeam = defineRoute({
  ...write,
  tag,
  operationId: 'deleteTeam',
  method: 'DELETE',
  path: '/v1/teams/:teamId',
  summary: 'Delete a team, with all that it was given; it can be restored for a while',
  callers: admins,
  params,
  responses: { 200: z.union([tried, written]) },
  refusals: ['too_much_at_once', 'forbidden'],
});

export const listTeamMembers = defineRoute({
  service,
  tag,
  operationId: 'listTeamMembers',
  method: 'GET',
  path: '/v1/teams/:teamId/members',
  summary: 'The members of a team',
  callers: members,
  rate: 'read',
  params,
  query: z.strictObject(paging),
  responses: { 200: page(membership).extend({ revision }) },
  refusals: ['invalid_cursor'],
});

export const addTeamMember = defineRoute({
  ...write,
  tag,
  operationId: 'addTeamMember',
  method: 'POST',
  path: '/v1/teams/:teamId/members',
  summary: 'Make a member of the organization a member of the team',
  callers: admins,
  params,
  body: z.strictObject({ userId, ...until }),
  responses: { 200: tried, 201: membership.extend({ id: userId, revision }) },
  refusals: ['forbidden', 'member_exists', 'user_suspended', 'not_in_organization'],
});

export const changeTeamMember = defineRoute({
  ...write,
  tag,
  operationId: 'changeTeamMember',
  method: 'PATCH',
  path: '/v1/teams/:teamId/members/:userId',
  summary: 'Let a membership of a team end at another time',
  callers: admins,
  params: member,
  body: z.strictObject(until),
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden'],
});

export const removeTeamMember = defineRoute({
  ...write,
  tag,
  operationId: 'removeTeamMember',
  method: 'DELETE',
  path: '/v1/teams/:teamId/members/:userId',
  summary: 'Remove a member of a team, or leave it',
  callers: ['self', ...admins],
  params: member,
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden'],
});
