import type { EventDefinition } from './event-definition.ts';
import * as auth from './events/auth.ts';
import * as deactivation from './events/deactivation.ts';
import * as notification from './events/notification.ts';
import * as profile from './events/profile.ts';
import * as registration from './events/registration.ts';
import * as rolePermission from './events/role-permission.ts';

const isDefinition = (value: unknown): value is EventDefinition =>
  typeof value === 'object' && value !== null && 'type' in value && 'service' in value && 'data' in value;

/** Every event type that exists, by its name. */
export const eventCatalogue: ReadonlyMap<string, EventDefinition> = new Map(
  [registration, auth, profile, rolePermission, notification, deactivation]
    .flatMap((module): unknown[] => Object.values(module))
    .filter(isDefinition)
    .map((definition) => [definition.type, definition]),
);
