import { z } from 'zod';
import { entityId, instant, serviceAccountId, userId } from '../../ids.ts';
import { permissionName } from '../../permissions.ts';
import { defineRoute } from '../../route-definition.ts';
import { line } from '../../text.ts';
import { revision, service, written } from './shared.ts';

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

export const enrolServiceAccount = defineRoute({
  service,
  operationId: 'enrolServiceAccount',
  method: 'PUT',
  path: '/internal/service-accounts/:userId',
  summary: 'An account of a program can be given rights',
  callers: [{ service: 'auth' }],
  rate: 'internal',
  params: z.object({ userId: serviceAccountId }),
  responses: { 200: z.object({ enrolled: z.boolean(), revision }) },
});

export const suspendServiceAccount = defineRoute({
  service,
  operationId: 'suspendServiceAccount',
  method: 'PUT',
  path: '/internal/service-accounts/:userId/suspension',
  summary: 'An account of a program is denied everything from now on',
  callers: [{ service: 'auth' }],
  rate: 'internal',
  params: z.object({ userId: serviceAccountId }),
  responses: { 200: written },
  refusals: ['last_admin'],
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
  summary:
    'Make somebody an administrator with an organization, on a developer’s machine only; repeating it changes nothing',
  callers: [{ service: 'operator' }],
  rate: 'internal',
  params: z.object({ userId }),
  responses: { 200: written },
  refusals: ['forbidden', 'user_suspended'],
});

export const setUpGroups = defineRoute({
  service,
  operationId: 'setUpGroups',
  method: 'PUT',
  path: '/internal/preset-groups',
  summary: 'Create the preset groups that are not there yet: one a plan, those of the product, and manageable ones',
  callers: [{ service: 'operator' }],
  rate: 'internal',
  responses: { 200: written.extend({ created: z.array(z.string()), present: z.array(z.string()) }) },
});

export const checkAuthority = defineRoute({
  service,
  operationId: 'checkAuthority',
  method: 'POST',
  path: '/internal/authority-checks',
  summary: 'May this person take power over that one, and until when may they act as them?',
  callers: [{ service: 'auth' }],
  rate: 'internal',
  body: z.strictObject({ actor: userId, userId }),
  responses: {
    200: z.object({
      /** Over an administrator only administrators have power. */
      mayRule: z.boolean(),
      /** Whoever acts as another holds all that they hold, for as long: null for never, or for good. */
      mayActAs: z.boolean(),
      until: instant.nullable(),
      revision,
    }),
  },
});

const within = z.object({ organizationId: entityId, userId });

export const checkOrganization = defineRoute({
  service,
  operationId: 'checkOrganization',
  method: 'POST',
  path: '/internal/organization-checks',
  summary: 'Is an organization there, and may this person know of it, belong to it, govern it?',
  callers: [{ service: 'auth' }],
  rate: 'internal',
  body: z.strictObject({ organizationId: entityId, userId }),
  responses: {
    200: z.object({ exists: z.boolean(), sees: z.boolean(), belongs: z.boolean(), governs: z.boolean(), revision }),
  },
});

export const keepSeat = defineRoute({
  service,
  operationId: 'keepSeat',
  method: 'PUT',
  path: '/internal/organizations/:organizationId/seats/:userId',
  summary: 'Keep a seat for somebody who is about to be let into an organization; a member needs none',
  callers: [{ service: 'auth' }],
  rate: 'internal',
  params: within,
  body: z.strictObject({ validUntil: instant }),
  responses: { 200: written },
  refusals: ['seat_limit_reached'],
});

export const admitMember = defineRoute({
  service,
  operationId: 'admitMember',
  method: 'PUT',
  path: '/internal/organizations/:organizationId/members/:userId',
  summary: 'Somebody whom an identity provider of the organization knows becomes a member, if they are none',
  callers: [{ service: 'auth' }],
  rate: 'internal',
  params: within,
  /** The same for the same admission, however often it is asked for: nobody who was removed comes back by a repetition. */
  body: z.strictObject({ commandId: entityId }),
  responses: { 200: written },
  refusals: ['seat_limit_reached', 'user_suspended'],
});

export const checkSecondFactor = defineRoute({
  service,
  operationId: 'checkSecondFactor',
  method: 'POST',
  path: '/internal/second-factor-checks',
  summary: 'Does this person have to prove a second factor?',
  callers: [{ service: 'auth' }],
  rate: 'internal',
  body: z.strictObject({ userId }),
  responses: { 200: z.object({ required: z.boolean(), revision }) },
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
