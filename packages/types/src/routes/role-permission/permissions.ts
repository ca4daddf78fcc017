import { z } from 'zod';
import { entityId, instant, userId } from '../../ids.ts';
import { page, paging } from '../../paging.ts';
import { newPermissionName, permission, permissionDescription, permissionName } from '../../permissions.ts';
import { defineRoute } from '../../route-definition.ts';
import { revision, scope, service, trial, tried, until, write, written } from './shared.ts';

const tag = 'Permissions';
/** Everywhere, or within one organization. */
const granting = z.strictObject({ ...trial, ...scope });
const organizationAdmins = { judged: 'admins of the organization that is named' } as const;
const granters = [{ permission: 'permissions.grant' }, organizationAdmins] as const;

export const listPermissions = defineRoute({
  service,
  tag,
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
  ...write,
  tag,
  operationId: 'createPermission',
  method: 'POST',
  path: '/v1/permissions',
  summary: 'Define a permission that other services will ask about',
  callers: [{ permission: 'permissions.manage' }],
  body: z.strictObject({ name: newPermissionName, description: permissionDescription }),
  responses: { 200: tried, 201: permission.extend({ id: permissionName, revision }) },
  refusals: ['permission_exists'],
  openAboutExistence: true,
});

export const readPermission = defineRoute({
  service,
  tag,
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
  ...write,
  tag,
  operationId: 'describePermission',
  method: 'PATCH',
  path: '/v1/permissions/:name',
  summary: 'Give a permission another description',
  callers: [{ permission: 'permissions.manage' }],
  params: z.object({ name: permissionName }),
  body: z.strictObject({ description: permissionDescription }),
  responses: { 200: z.union([tried, permission.extend({ revision })]) },
  refusals: ['permission_protected'],
});

export const deletePermission = defineRoute({
  ...write,
  tag,
  operationId: 'deletePermission',
  method: 'DELETE',
  path: '/v1/permissions/:name',
  summary: 'Delete a permission and revoke it from everybody',
  callers: [{ permission: 'permissions.manage' }],
  params: z.object({ name: permissionName }),
  responses: { 200: z.union([tried, written]) },
  refusals: ['too_much_at_once', 'permission_protected', 'forbidden'],
});

/** One way in which somebody holds a permission: granted as such, by a team, group or role, or because `admin` holds all. */
const source = z.object({
  /** Admins of an organization are told no more of what their members hold `elsewhere` than that they do. */
  source: z.enum(['grant', 'team', 'group', 'role', 'admin', 'elsewhere']),
  /** The teams, groups and roles it comes by: `team:<id>`, `group:<id>`, `role:<name>`. */
  via: z.array(z.string()),
  organizationId: entityId.nullable(),
  grantedBy: z.string().nullable(),
  grantedAt: instant.nullable(),
  /** When the first of all that it takes ends. */
  validUntil: instant.nullable(),
});

/** The way that lasts longest, and all ways. */
const heldPermission = source.extend({ name: permissionName, sources: z.array(source) });

export const listHolders = defineRoute({
  service,
  tag,
  operationId: 'listHolders',
  method: 'GET',
  path: '/v1/permissions/:name/holders',
  summary:
    'Who holds a permission everywhere, or which members of an organization hold it there, and why; its admins are told the reasons that lie within it',
  callers: [{ permission: 'permissions.read' }, organizationAdmins],
  rate: 'read',
  params: z.object({ name: permissionName }),
  query: z.strictObject({ ...paging, ...scope }),
  responses: { 200: page(heldPermission.omit({ name: true }).extend({ userId })) },
  refusals: ['invalid_cursor', 'forbidden'],
});

export const listUserPermissions = defineRoute({
  service,
  tag,
  operationId: 'listUserPermissions',
  method: 'GET',
  path: '/v1/users/:userId/permissions',
  summary:
    'What a person holds everywhere, or also within an organization, and where each comes from; its admins are told the reasons that lie within it',
  callers: ['self', { permission: 'permissions.read' }, organizationAdmins],
  rate: 'read',
  params: z.object({ userId }),
  query: z.strictObject({ ...paging, ...scope }),
  responses: { 200: page(heldPermission).extend({ revision }) },
  refusals: ['invalid_cursor', 'forbidden'],
});

export const grantPermission = defineRoute({
  ...write,
  tag,
  operationId: 'grantPermission',
  method: 'PUT',
  path: '/v1/users/:userId/permissions/:name',
  summary: 'Grant a permission to a person, everywhere or within an organization',
  callers: granters,
  params: z.object({ userId, name: permissionName }),
  query: granting,
  body: z.strictObject(until),
  bodyOptional: true,
  responses: { 200: z.union([tried, written]) },
  refusals: ['user_suspended', 'last_admin', 'forbidden', 'not_in_organization'],
});

export const revokePermission = defineRoute({
  ...write,
  tag,
  operationId: 'revokePermission',
  method: 'DELETE',
  path: '/v1/users/:userId/permissions/:name',
  summary: 'Take a permission from a person',
  callers: granters,
  params: z.object({ userId, name: permissionName }),
  query: granting,
  responses: { 200: z.union([tried, written]) },
  refusals: ['last_admin', 'forbidden'],
});

export const grantTeamPermission = defineRoute({
  ...write,
  tag,
  operationId: 'grantTeamPermission',
  method: 'PUT',
  path: '/v1/teams/:teamId/permissions/:name',
  summary: 'Grant a permission to all who are in a team, everywhere or within its organization',
  callers: granters,
  params: z.object({ teamId: entityId, name: permissionName }),
  query: granting,
  body: z.strictObject(until),
  bodyOptional: true,
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden', 'permission_protected', 'not_in_organization'],
});

export const revokeTeamPermission = defineRoute({
  ...write,
  tag,
  operationId: 'revokeTeamPermission',
  method: 'DELETE',
  path: '/v1/teams/:teamId/permissions/:name',
  summary: 'Take a permission from a team',
  callers: granters,
  params: z.object({ teamId: entityId, name: permissionName }),
  query: granting,
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden', 'last_admin'],
});
