import { z } from 'zod';
import { entityId } from '../../ids.ts';
import { defineRoute } from '../../route-definition.ts';
import { revision, service, tried, write, written } from './shared.ts';

const tag = 'Organizations';
const params = z.object({ organizationId: entityId });

const policies = {
  /** Members have to prove a second factor before they do anything but add one. */
  mfaRequired: z.boolean(),
};

export const readOrganizationPolicies = defineRoute({
  service,
  tag,
  operationId: 'readOrganizationPolicies',
  method: 'GET',
  path: '/v1/organizations/:organizationId/policies',
  summary: 'What an organization asks of its members',
  callers: [{ judged: 'members of the organization' }, { permission: 'access.read' }],
  rate: 'read',
  params,
  responses: { 200: z.object({ ...policies, revision }) },
});

export const setOrganizationPolicies = defineRoute({
  ...write,
  tag,
  operationId: 'setOrganizationPolicies',
  method: 'PUT',
  path: '/v1/organizations/:organizationId/policies',
  summary:
    'Say what an organization asks of its members; it holds at once, for whoever is signed in and its admins too',
  callers: [{ judged: 'admins of the organization' }, { permission: 'access.manage' }],
  params,
  body: z.strictObject(policies),
  responses: { 200: z.union([tried, written]) },
  refusals: ['forbidden'],
});
