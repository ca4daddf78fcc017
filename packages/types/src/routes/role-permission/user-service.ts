import { defineRoute } from '../../route-definition.ts';
import { createPermission, listPermissions, listUserPermissions } from './permissions.ts';

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
