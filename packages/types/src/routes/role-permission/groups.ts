import { z } from 'zod';
import { groupDescription, groupKind, groupName } from '../../groups.ts';
import { entityId, instant, userId } from '../../ids.ts';
import { page, paging } from '../../paging.ts';
import { permissionName } from '../../permissions.ts';
import { defineRoute } from '../../route-definition.ts';
import { revision, scope, service, trial, tried, until, write, written } from './shared.ts';

const tag = 'Groups';
const params = z.object({ groupId: entityId });
const member = z.object({ groupId: entityId, userId });
const operators = [{ permission: 'groups.manage' }] as const;
const callers = [
  ...operators,
  { judged: 'admins of an organization, of manageable groups and with its members' },
] as const;

const group = z.object({ id: entityId, name: groupName, description: z.string(), kind: groupKind });
const membership = z.object({ userId, validUntil: instant.nullable() });

export const listGroups = defineRoute({
  service,
  tag,
  operationId: 'listGroups',
  method: 'GET',
  path: '/v1/groups',
  summary:
    'The groups that you may put people into: all of them, or as an admin of an organization the manageable ones',
  callers: ['user'],
  rate: 'read',
  query: z.strictObject({ ...paging, kind: groupKind.optional(), manageableBy: z.literal('me').optional() }),
  responses: { 200: page(group) },
  refusals: ['invalid_cursor'],
});

export const createGroup = defineRoute({
  ...write,
  tag,
  operationId: 'createGroup',
  method: 'POST',
  path: '/v1/groups',
  summary: 'Create a group of people',
  callers: operators,
  body: z.strictObject({ name: groupName, description: groupDescription, kind: groupKind }),
  responses: { 200: tried, 201: group.extend({ revision }) },
  refusals: ['forbidden', 'group_exists'],
  openAboutExistence: true,
});

export const readGroup = defineRoute({
  service,
  tag,
  operationId: 'readGroup',
  method: 'GET',
  path: '/v1/groups/:groupId',
  summary: 'A group',
  callers,
  rate: 'read',
  params,
  responses: { 200: group.extend({ revision }) },
});

export const describeGroup = defineRoute({
  ...write,
  tag,
  operationId: 'describeGroup',
  method: 'PATCH',
  path: '/v1/groups/:groupId',
  summary: 'Give a group another name or description',
  callers: operators,
  params,
  body: z.strictObject({ name: groupName.optional(), description: groupDescription.optional() }),
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden', 'group_exists'],
});

export const deleteGroup = defineRoute({
  ...write,
  tag,
  operationId: 'deleteGroup',
  method: 'DELETE',
  path: '/v1/groups/:groupId',
  summary: 'Delete a group, and take from its members what it gave them',
  callers: operators,
  params,
  responses: { 200: z.union([tried, written]) },
  refusals: ['too_much_at_once', 'forbidden', 'last_admin'],
});

export const listGroupMembers = defineRoute({
  service,
  tag,
  operationId: 'listGroupMembers',
  method: 'GET',
  path: '/v1/groups/:groupId/members',
  summary: 'Who is in a group; for admins of organizations those of their members who are',
  callers,
  rate: 'read',
  params,
  query: z.strictObject(paging),
  responses: { 200: page(membership).extend({ revision }) },
  refusals: ['invalid_cursor'],
});

export const addGroupMember = defineRoute({
  ...write,
  tag,
  operationId: 'addGroupMember',
  method: 'POST',
  path: '/v1/groups/:groupId/members',
  summary: 'Put somebody into a group, on behalf of an organization if one is named',
  callers,
  params,
  query: z.strictObject({ ...trial, ...scope }),
  body: z.strictObject({ userId, ...until }),
  responses: { 200: tried, 201: membership.extend({ id: userId, revision }) },
  refusals: ['forbidden', 'user_suspended', 'not_in_organization'],
});

export const removeGroupMember = defineRoute({
  ...write,
  tag,
  operationId: 'removeGroupMember',
  method: 'DELETE',
  path: '/v1/groups/:groupId/members/:userId',
  summary: 'Take somebody out of a group',
  callers,
  params: member,
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden', 'last_admin'],
});

export const grantGroupPermission = defineRoute({
  ...write,
  tag,
  operationId: 'grantGroupPermission',
  method: 'PUT',
  path: '/v1/groups/:groupId/permissions/:name',
  summary: 'Grant a permission to all who are in a group: in a manageable one, whomever any organization puts into it',
  callers: [{ permission: 'permissions.grant' }],
  params: params.extend({ name: permissionName }),
  body: z.strictObject(until),
  bodyOptional: true,
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden', 'permission_protected'],
});

export const revokeGroupPermission = defineRoute({
  ...write,
  tag,
  operationId: 'revokeGroupPermission',
  method: 'DELETE',
  path: '/v1/groups/:groupId/permissions/:name',
  summary: 'Take a permission from a group',
  callers: [{ permission: 'permissions.grant' }],
  params: params.extend({ name: permissionName }),
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden', 'last_admin'],
});

export const listUserGroups = defineRoute({
  service,
  tag,
  operationId: 'listUserGroups',
  method: 'GET',
  path: '/v1/users/:userId/groups',
  summary: 'The groups that a person is in; for admins of their organization the manageable ones',
  callers: ['self', ...callers],
  rate: 'read',
  params: z.object({ userId }),
  query: z.strictObject(paging),
  responses: { 200: page(group.extend({ validUntil: instant.nullable() })).extend({ revision }) },
  refusals: ['invalid_cursor'],
});

export const setUserGroups = defineRoute({
  ...write,
  tag,
  operationId: 'setUserGroups',
  method: 'PUT',
  path: '/v1/users/:userId/groups',
  summary: 'Say of which manageable groups a member of an organization is one: of these and no others',
  callers: [{ judged: 'admins of the organization' }, { permission: 'access.manage' }],
  params: z.object({ userId }),
  body: z.strictObject({ organizationId: entityId, groups: z.array(entityId).max(1_000) }),
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden', 'user_suspended'],
});
