import { z } from 'zod';
import { line, paragraph } from './text.ts';

/** The permission that holds all others. */
export const adminPermission = 'admin';

/** What a permission may be named. Wider than {@link newPermissionName}: whatever has a name can be asked about. */
export const permissionName = z
  .string()
  .max(100, 'must be at most 100 characters')
  .regex(/^[A-Za-z0-9._-]+$/, 'may hold letters, digits, and . _ -');

const isDots = (name: string): boolean => name === '.' || name === '..';
const isUuid = (name: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(name);

/**
 * The name of a permission to be. URLs read `.` and `..` as steps (RFC 3986 section 5.2.4) and would never reach it. Events
 * have the name as their subject, so one that is a user's id would put its events among that user's.
 */
export const newPermissionName = permissionName
  .refine((name) => !isDots(name), 'must be more than dots')
  .refine((name) => !isUuid(name), 'must not be a UUID');

/** The permissions that the product itself asks for. All exist from the first start and cannot be deleted. */
export const builtInPermissions = {
  [adminPermission]: 'Everything: holds every other permission.',
  'permissions.read': 'See who holds which permission.',
  'permissions.manage': 'Create, describe and delete permissions.',
  'permissions.grant': 'Grant permissions to people and revoke them.',
  'roles.manage': 'Create, change and delete roles, and give them.',
  'groups.manage': 'Create, change and delete groups, and say who is in them.',
  'plans.manage': 'Put organizations on plans.',
  'access.read': 'See every organization, team and project, and ask who may do what.',
  'access.manage': 'Act as an admin of every organization and project.',
  'users.read': 'Read every field of every profile.',
  'users.create': 'Create accounts for others and learn whether an address is taken.',
  'users.manage': 'Change, deactivate and reactivate accounts of others.',
  'sessions.manage': 'See and end sessions of others.',
  'users.impersonate': 'Look at an account as its owner sees it, for some minutes.',
  'activity.read': 'Read the whole audit trail.',
  'operations.manage': 'See and retry events that could not be processed.',
  'keys.manage': 'Rotate the keys that sign tokens.',
  'service_accounts.manage':
    'Add, change and remove service accounts, and make keys to act as them, unless they are administrators.',
  'clients.manage': 'Add, change and remove the applications that may ask people for access.',
  'tokens.introspect': 'Ask what any token is good for, and end it.',
} as const satisfies Record<string, string>;

export type BuiltInPermission = keyof typeof builtInPermissions;

/**
 * The permission that is held everywhere, of one that is asked about within an organization where nobody was given it:
 * `permission:<name>` for `permission:<organizationId>/<name>`, undefined for anything else.
 */
export const widerPermission = (object: string): string | undefined => {
  // With one more slash in it, an object of one organization would stand for that of another.
  const [, name] = /^permission:[^/]+\/([^/]+)$/.exec(object) ?? [];
  return name === undefined ? undefined : `permission:${name}`;
};

export const permissionDescription = paragraph({ min: 1, max: 500 });

export const permission = z.object({
  name: permissionName,
  description: z.string(),
  builtIn: z.boolean(),
});

/** Reason given with an administrative act; shown in the audit trail to whoever may see what is personal there. */
export const reason = line({ max: 200 });
