import type { EventDefinition } from './event-definition.ts';
import * as auth from './events/auth.ts';
import * as deactivation from './events/deactivation.ts';
import * as notification from './events/notification.ts';
import * as profile from './events/profile.ts';
import * as registration from './events/registration.ts';
import * as groups from './events/role-permission/groups.ts';
import * as organizations from './events/role-permission/organizations.ts';
import * as people from './events/role-permission/people.ts';
import * as permissions from './events/role-permission/permissions.ts';
import * as projects from './events/role-permission/projects.ts';
import * as roles from './events/role-permission/roles.ts';
import * as teams from './events/role-permission/teams.ts';

const isDefinition = (value: unknown): value is EventDefinition =>
  typeof value === 'object' && value !== null && 'type' in value && 'service' in value && 'data' in value;

/** Every event type that exists, by its name. */
export const eventCatalogue: ReadonlyMap<string, EventDefinition> = new Map(
  [
    registration,
    auth,
    profile,
    people,
    permissions,
    roles,
    groups,
    organizations,
    teams,
    projects,
    notification,
    deactivation,
  ]
    .flatMap((module): unknown[] => Object.values(module))
    .filter(isDefinition)
    .map((definition) => [definition.type, definition]),
);
