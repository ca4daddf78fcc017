import { z } from 'zod';
import { entityId, instant, userId } from '../../ids.ts';
import { page, paging } from '../../paging.ts';
import { newPermissionName, permission, permissionDescription, permissionName } from '../../permissions.ts';
import { defineRoute } from '../../route-definition.ts';
import { revision, service, written } from './shared.ts';

export const listPermissions = defineRoute({
  service,
  operationId: 'listPermissions',
  method: 'GET',
  path: '/v1/permissions',
  summary: 'Every permission that exists, with its description',
  callers: ['user'],
  rate: 'read',
  query: z.strictObject(paging),
  responses: { 200: page(permission) },
  refusals: ['invalid_cursor'],
});

export const createPermission = defineRoute({
  service,
  operationId: 'createPermission',
  method: 'POST',
  path: '/v1/permissions',
  summary: 'Define a permission that other services will ask about',
  callers: [{ permission: 'permissions.manage' }],
  rate: 'write',
  body: z.strictObject({ name: newPermissionName, description: permissionDescription }),
  headers: ['Rollcall-Revision'],
  responses: { 201: permission.extend({ id: permissionName, revision }) },
  refusals: ['permission_exists'],
  openAboutExistence: true,
  idempotent: true,
});

export const readPermission = defineRoute({
  service,
  operationId: 'readPermission',
  method: 'GET',
  path: '/v1/permissions/:name',
  summary: 'One permission',
  callers: [{ permission: 'permissions.manage' }],
  rate: 'read',
  params: z.object({ name: permissionName }),
  responses: { 200: permission },
});

export const describePermission = defineRoute({
  service,
  operationId: 'describePermission',
  method: 'PATCH',
  path: '/v1/permissions/:name',
  summary: 'Give a permission another description',
  callers: [{ permission: 'permissions.manage' }],
  rate: 'write',
  params: z.object({ name: permissionName }),
  body: z.strictObject({ description: permissionDescription }),
  headers: ['Rollcall-Revision'],
  responses: { 200: permission.extend({ revision }) },
  refusals: ['permission_protected'],
  idempotent: true,
});

export const deletePermission = defineRoute({
  service,
  operationId: 'deletePermission',
  method: 'DELETE',
  path: '/v1/permissions/:name',
  summary: 'Delete a permission and revoke it from everybody',
  callers: [{ permission: 'permissions.manage' }],
  rate: 'write',
  params: z.object({ name: permissionName }),
  headers: ['Rollcall-Revision'],
  responses: { 200: written },
  refusals: ['permission_protected', 'forbidden'],
});

/** One way in which somebody holds a permission: granted as such, by a team, group or role, or because `admin` holds all. */
const source = z.object({
  source: z.enum(['grant', 'team', 'group', 'role', 'admin']),
  /** The teams, groups and roles it comes by: `team:<id>`, `group:<id>`, `role:<name>`. */
  via: z.array(z.string()),
  organizationId: entityId.nullable(),
  grantedBy: z.string(),
  grantedAt: instant,
  /** When the first of all that it takes ends. */
  validUntil: instant.nullable(),
});

/** The way that lasts longest, and all ways. */
const heldPermission = source.extend({ name: permissionName, sources: z.array(source) });

export const listHolders = defineRoute({
  service,
  operationId: 'listHolders',
  method: 'GET',
  path: '/v1/permissions/:name/holders',
  summary: 'Who holds a permission and why',
  callers: [{ permission: 'permissions.read' }],
  rate: 'read',
  params: z.object({ name: permissionName }),
  query: z.strictObject(paging),
  responses: { 200: page(heldPermission.omit({ name: true }).extend({ userId })) },
  refusals: ['invalid_cursor'],
});

export const listUserPermissions = defineRoute({
  service,
  operationId: 'listUserPermissions',
  method: 'GET',
  path: '/v1/users/:userId/permissions',
  summary: 'What a person holds and where each comes from',
  callers: ['self', { permission: 'permissions.read' }],
  rate: 'read',
  params: z.object({ userId }),
  query: z.strictObject(paging),
  responses: { 200: page(heldPermission).extend({ revision }) },
  refusals: ['invalid_cursor'],
});

export const grantPermission = defineRoute({
  service,
  operationId: 'grantPermission',
  method: 'PUT',
  path: '/v1/users/:userId/permissions/:name',
  summary: 'Grant a permission to a person',
  callers: [{ permission: 'permissions.grant' }],
  rate: 'write',
  params: z.object({ userId, name: permissionName }),
  body: z.strictObject({ validUntil: instant.nullish() }),
  bodyOptional: true,
  headers: ['Rollcall-Revision'],
  responses: { 200: written },
  refusals: ['user_suspended', 'last_admin', 'forbidden'],
});

export const revokePermission = defineRoute({
  service,
  operationId: 'revokePermission',
  method: 'DELETE',
  path: '/v1/users/:userId/permissions/:name',
  summary: 'Take a permission from a person',
  callers: [{ permission: 'permissions.grant' }],
  rate: 'write',
  params: z.object({ userId, name: permissionName }),
  headers: ['Rollcall-Revision'],
  responses: { 200: written },
  refusals: ['last_admin', 'forbidden'],
});
