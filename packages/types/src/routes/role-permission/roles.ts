import { z } from 'zod';
import { entityId, instant, userId } from '../../ids.ts';
import { page, paging } from '../../paging.ts';
import { newPermissionName, permissionDescription, permissionName } from '../../permissions.ts';
import { roleAssignee } from '../../roles.ts';
import { defineRoute } from '../../route-definition.ts';
import { revision, scope, service, trial, tried, until, write, written } from './shared.ts';

const tag = 'Roles';
/** Everywhere, or of one organization. */
const query = z.strictObject({ ...trial, ...scope });
const params = z.object({ name: permissionName });
const callers = [{ permission: 'roles.manage' }, { judged: 'admins of the organization that is named' }] as const;

const role = z.object({
  name: permissionName,
  organizationId: entityId.nullable(),
  description: z.string(),
  permissions: z.array(permissionName),
});

const assignment = z.object({ assignee: roleAssignee, validUntil: instant.nullable() });
const assigned = params.extend({ assignee: roleAssignee });

export const listRoles = defineRoute({
  service,
  tag,
  operationId: 'listRoles',
  method: 'GET',
  path: '/v1/roles',
  summary: 'The roles there are everywhere, or those of an organization',
  callers,
  rate: 'read',
  query: z.strictObject({ ...paging, ...scope }),
  responses: { 200: page(role) },
  refusals: ['invalid_cursor', 'forbidden'],
});

export const createRole = defineRoute({
  ...write,
  tag,
  operationId: 'createRole',
  method: 'POST',
  path: '/v1/roles',
  summary: 'Create a role that bundles permissions',
  callers,
  query,
  body: z.strictObject({
    name: newPermissionName,
    description: permissionDescription,
    permissions: z.array(permissionName).max(1_000).optional(),
  }),
  responses: { 200: tried, 201: role.extend({ id: z.string(), revision }) },
  refusals: ['forbidden', 'role_exists', 'permission_protected'],
  openAboutExistence: true,
});

export const readRole = defineRoute({
  service,
  tag,
  operationId: 'readRole',
  method: 'GET',
  path: '/v1/roles/:name',
  summary: 'A role, with what it holds',
  callers,
  rate: 'read',
  params,
  query: z.strictObject(scope),
  responses: { 200: role.extend({ revision }) },
  refusals: ['forbidden'],
});

export const describeRole = defineRoute({
  ...write,
  tag,
  operationId: 'describeRole',
  method: 'PATCH',
  path: '/v1/roles/:name',
  summary: 'Give a role another description',
  callers,
  params,
  query,
  body: z.strictObject({ description: permissionDescription }),
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden'],
});

export const deleteRole = defineRoute({
  ...write,
  tag,
  operationId: 'deleteRole',
  method: 'DELETE',
  path: '/v1/roles/:name',
  summary: 'Delete a role, and take it from everybody',
  callers,
  params,
  query,
  responses: { 200: z.union([tried, written]) },
  refusals: ['too_much_at_once', 'forbidden', 'last_admin'],
});

export const addRolePermission = defineRoute({
  ...write,
  tag,
  operationId: 'addRolePermission',
  method: 'PUT',
  path: '/v1/roles/:name/permissions/:permission',
  summary: 'Put a permission into a role',
  callers,
  params: params.extend({ permission: permissionName }),
  query,
  body: z.strictObject(until),
  bodyOptional: true,
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden', 'permission_protected'],
});

export const removeRolePermission = defineRoute({
  ...write,
  tag,
  operationId: 'removeRolePermission',
  method: 'DELETE',
  path: '/v1/roles/:name/permissions/:permission',
  summary: 'Take a permission out of a role',
  callers,
  params: params.extend({ permission: permissionName }),
  query,
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden', 'last_admin'],
});

export const listRoleAssignees = defineRoute({
  service,
  tag,
  operationId: 'listRoleAssignees',
  method: 'GET',
  path: '/v1/roles/:name/assignees',
  summary: 'The users, teams and groups that have a role',
  callers,
  rate: 'read',
  params,
  query: z.strictObject({ ...paging, ...scope }),
  responses: { 200: page(assignment).extend({ revision }) },
  refusals: ['invalid_cursor', 'forbidden'],
});

export const assignRole = defineRoute({
  ...write,
  tag,
  operationId: 'assignRole',
  method: 'PUT',
  path: '/v1/roles/:name/assignees/:assignee',
  summary: 'Give a user, or the members of a team or group, a role',
  callers,
  params: assigned,
  query,
  body: z.strictObject(until),
  bodyOptional: true,
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden', 'user_suspended', 'not_in_organization', 'permission_protected'],
});

export const unassignRole = defineRoute({
  ...write,
  tag,
  operationId: 'unassignRole',
  method: 'DELETE',
  path: '/v1/roles/:name/assignees/:assignee',
  summary: 'Take a role from a user, a team or a group',
  callers,
  params: assigned,
  query,
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden', 'last_admin'],
});

export const assignUserRole = defineRoute({
  ...write,
  tag,
  operationId: 'assignUserRole',
  method: 'PUT',
  path: '/v1/users/:userId/roles/:name',
  summary: 'Give somebody a role',
  callers,
  params: params.extend({ userId }),
  query,
  body: z.strictObject(until),
  bodyOptional: true,
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden', 'user_suspended', 'not_in_organization', 'permission_protected'],
});

export const unassignUserRole = defineRoute({
  ...write,
  tag,
  operationId: 'unassignUserRole',
  method: 'DELETE',
  path: '/v1/users/:userId/roles/:name',
  summary: 'Take a role from somebody',
  callers,
  params: params.extend({ userId }),
  query,
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden', 'last_admin'],
});

export const listUserRoles = defineRoute({
  service,
  tag,
  operationId: 'listUserRoles',
  method: 'GET',
  path: '/v1/users/:userId/roles',
  summary: 'The roles that a person has everywhere, or also within an organization, and where each comes from',
  callers: ['self', { permission: 'permissions.read' }, { judged: 'admins of the organization that is named' }],
  rate: 'read',
  params: z.object({ userId }),
  query: z.strictObject({ ...paging, ...scope }),
  responses: {
    200: page(
      z.object({
        name: permissionName,
        organizationId: entityId.nullable(),
        /** The team or group that has it, if they do not have it themselves: `team:<id>`, `group:<id>`. */
        via: z.string().nullable(),
        validUntil: instant.nullable(),
      }),
    ).extend({ revision }),
  },
  refusals: ['invalid_cursor', 'forbidden'],
});
