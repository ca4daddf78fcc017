import { z } from 'zod';
import { instant, userId } from '../ids.ts';
import { page, paging } from '../paging.ts';
import { newPermissionName, permission, permissionDescription, permissionName } from '../permissions.ts';
import { defineRoute } from '../route-definition.ts';
import { line } from '../text.ts';

const service = 'role-permission';
const revision = z.int().nonnegative();
const written = z.object({ revision });

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

/** Why somebody holds a permission: granted as such, or because `admin` holds all. */
const heldPermission = z.object({
  name: permissionName,
  source: z.enum(['grant', 'admin']),
  grantedBy: z.string().nullable(),
  grantedAt: instant.nullable(),
  validUntil: instant.nullable(),
});

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

export const listUserServicePermissions = defineRoute({
  ...listPermissions,
  operationId: 'listUserServicePermissions',
  path: '/permissions',
  summary: 'Every permission and its description (UserService)',
  tag: 'UserService',
});

export const createUserServicePermission = defineRoute({
  ...createPermission,
  operationId: 'createUserServicePermission',
  path: '/permissions/create',
  summary: 'Create a permission (UserService)',
  tag: 'UserService',
});

export const listUserServiceUserPermissions = defineRoute({
  ...listUserPermissions,
  operationId: 'listUserServiceUserPermissions',
  path: '/users/:userId/permissions',
  summary: 'All permissions of a user (UserService)',
  tag: 'UserService',
});

export const enrolUser = defineRoute({
  service,
  operationId: 'enrolUserInAccess',
  method: 'PUT',
  path: '/internal/users/:userId',
  summary: 'A verified person can be given rights; the first one may become the administrator',
  callers: [{ service: 'registration' }],
  rate: 'internal',
  params: z.object({ userId }),
  body: z.strictObject({
    /** SHA-256 of the set-up token that the person signed up with, in hex. */
    setupTokenDigest: z.string().length(64).optional(),
    /** The configuration names this person's address as that of the first administrator. */
    isDesignated: z.boolean().optional(),
  }),
  responses: { 200: z.object({ enrolled: z.boolean(), revision }) },
});

export const setSuspension = defineRoute({
  service,
  operationId: 'setSuspension',
  method: 'PUT',
  path: '/internal/users/:userId/suspension',
  summary: 'Deny a person everything, or stop denying it',
  callers: [{ service: 'deactivation' }],
  rate: 'internal',
  params: z.object({ userId }),
  body: z.strictObject({ suspended: z.boolean(), actor: z.string().min(1).max(128) }),
  responses: { 200: written },
  refusals: ['last_admin', 'forbidden'],
});

export const checkSetupToken = defineRoute({
  service,
  operationId: 'checkSetupToken',
  method: 'POST',
  path: '/internal/setup-token/check',
  summary: 'Would this set-up token make the first administrator? None does once there has been one',
  callers: [{ service: 'registration' }],
  rate: 'internal',
  body: z.strictObject({ setupToken: line({ max: 128 }) }),
  responses: { 200: z.object({ valid: z.boolean() }) },
});

export const readBootstrap = defineRoute({
  service,
  operationId: 'readBootstrap',
  method: 'GET',
  path: '/internal/bootstrap',
  summary: 'Has there been a first administrator?',
  callers: [{ service: 'operator' }],
  rate: 'internal',
  responses: { 200: z.object({ bootstrapped: z.boolean() }) },
});

export const appointDevAdmin = defineRoute({
  service,
  operationId: 'appointDevAdmin',
  method: 'PUT',
  path: '/internal/dev-admins/:userId',
  summary: 'Make somebody an administrator, on a developer’s machine only; repeating it changes nothing',
  callers: [{ service: 'operator' }],
  rate: 'internal',
  params: z.object({ userId }),
  responses: { 200: written },
  refusals: ['forbidden', 'user_suspended'],
});

export const checkPermission = defineRoute({
  service,
  operationId: 'checkPermission',
  method: 'POST',
  path: '/internal/permission-checks',
  summary: 'Does this person hold this permission now?',
  callers: [
    { service: 'auth' },
    { service: 'registration' },
    { service: 'profile' },
    { service: 'notification' },
    { service: 'activity-log' },
    { service: 'deactivation' },
    { service: 'gateway' },
  ],
  rate: 'internal',
  body: z.strictObject({ userId, permission: permissionName }),
  responses: { 200: z.object({ granted: z.boolean(), revision }) },
});
