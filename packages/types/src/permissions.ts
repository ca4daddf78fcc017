import { z } from 'zod';
import { line, paragraph } from './text.ts';

/** The permission that holds all others. */
export const adminPermission = 'admin';

export const permissionName = z
  .string()
  .max(100, 'must be at most 100 characters')
  .regex(/^[A-Za-z0-9._-]+$/, 'may hold letters, digits, and . _ -');

/** The permissions that the product itself asks for. All exist from the first start and cannot be deleted. */
export const builtInPermissions = {
  [adminPermission]: 'Everything: holds every other permission.',
  'permissions.read': 'See who holds which permission.',
  'permissions.manage': 'Create, describe and delete permissions.',
  'permissions.grant': 'Grant permissions to people and revoke them.',
  'users.read': 'Read every field of every profile.',
  'users.create': 'Create accounts for others and learn whether an address is taken.',
  'users.manage': 'Change, deactivate and reactivate accounts of others.',
  'sessions.manage': 'See and end sessions of others.',
  'activity.read': 'Read the whole audit trail.',
  'operations.manage': 'See and retry events that could not be processed.',
  'keys.manage': 'Rotate the keys that sign tokens.',
} as const satisfies Record<string, string>;

export type BuiltInPermission = keyof typeof builtInPermissions;

export const permissionDescription = paragraph({ min: 1, max: 500 });

export const permission = z.object({
  name: permissionName,
  description: z.string(),
  builtIn: z.boolean(),
});

/** Reason given with an administrative act; shown in the audit trail. */
export const reason = line({ max: 200 });
