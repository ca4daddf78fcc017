import { z } from 'zod';
import { entityId, instant } from '../../ids.ts';
import { defineRoute } from '../../route-definition.ts';
import { line } from '../../text.ts';

const service = 'auth';
const tag = 'Organizations';
const governors = {
  callers: [{ judged: 'admins of the organization' }, { permission: 'clients.manage' }],
  tag,
} as const;

const params = z.object({ organizationId: entityId });
const byId = { params: params.extend({ providerId: entityId }) };

const url = z.url({ protocol: /^https?$/, error: 'must be a URL' }).max(1_000);
const word = line({ min: 1, max: 255 });

/** What may change while it stays the same provider. */
const changeable = {
  name: line({ min: 1, max: 60 }).optional(),
  clientId: word.optional(),
  clientAuth: z.enum(['post', 'basic']).optional(),
  scopes: z.array(word).max(20).optional(),
  /** Of Apple. */
  teamId: word.optional(),
  keyId: word.optional(),
};

/**
 * As configured ones have them. Whose word it is stays: whoever could change that would be, to us, the people of another
 * provider.
 */
const settings = {
  preset: z.enum(['google', 'microsoft', 'apple', 'gitlab', 'linkedin', 'github', 'facebook', 'discord']).optional(),
  type: z.enum(['oidc', 'oauth2']).optional(),
  issuer: url.optional(),
  authorizationUrl: url.optional(),
  tokenUrl: url.optional(),
  userinfoUrl: url.optional(),
  ...changeable,
};

const providerSettings = z.object(settings);
export type ProviderSettings = z.infer<typeof providerSettings>;

/** Of Apple, a private key in PEM. */
const clientSecret = z
  .string()
  .min(1)
  .max(4_096)
  .regex(/^[\x20-\x7e\r\n]+$/, 'must be printable ASCII');

const organizationProvider = providerSettings.extend({
  id: entityId,
  name: z.string(),
  /** The address to register at the provider. */
  callbackUrl: z.string(),
  signUp: z.boolean(),
  enabled: z.boolean(),
  createdAt: instant,
});

export const listOrganizationProviders = defineRoute({
  service,
  operationId: 'listOrganizationProviders',
  method: 'GET',
  path: '/v1/organizations/:organizationId/identity-providers',
  summary: 'The identity providers of an organization',
  ...governors,
  rate: 'read',
  params,
  responses: { 200: z.object({ items: z.array(organizationProvider) }) },
  refusals: ['forbidden'],
});

export const addOrganizationProvider = defineRoute({
  service,
  operationId: 'addOrganizationProvider',
  method: 'POST',
  path: '/v1/organizations/:organizationId/identity-providers',
  summary: 'Let people with an address of the organization’s verified domains in by a provider. Needs a recent sign-in',
  ...governors,
  rate: 'write',
  params,
  body: z.strictObject({
    ...settings,
    clientSecret,
    /** Whether somebody whom nobody here knows gets an account, and becomes a member. */
    signUp: z.boolean().default(true),
    enabled: z.boolean().default(true),
  }),
  responses: { 201: organizationProvider },
  idempotent: true,
  refusals: ['forbidden', 'reauthentication_required', 'too_many_providers'],
});

export const readOrganizationProvider = defineRoute({
  service,
  operationId: 'readOrganizationProvider',
  method: 'GET',
  path: '/v1/organizations/:organizationId/identity-providers/:providerId',
  summary: 'One identity provider of an organization; its secret is shown to nobody',
  ...governors,
  rate: 'read',
  ...byId,
  responses: { 200: organizationProvider },
  refusals: ['forbidden'],
});

export const updateOrganizationProvider = defineRoute({
  service,
  operationId: 'updateOrganizationProvider',
  method: 'PATCH',
  path: '/v1/organizations/:organizationId/identity-providers/:providerId',
  summary: 'Change a provider, or switch it on or off. Needs a recent sign-in',
  ...governors,
  rate: 'write',
  ...byId,
  body: z.strictObject({
    ...changeable,
    clientSecret: clientSecret.optional(),
    signUp: z.boolean().optional(),
    enabled: z.boolean().optional(),
  }),
  responses: { 200: organizationProvider },
  refusals: ['forbidden', 'reauthentication_required'],
});

export const removeOrganizationProvider = defineRoute({
  service,
  operationId: 'removeOrganizationProvider',
  method: 'DELETE',
  path: '/v1/organizations/:organizationId/identity-providers/:providerId',
  summary: 'Nobody comes in by this provider any longer; accounts stay',
  ...governors,
  rate: 'write',
  ...byId,
  responses: { 200: z.object({ removed: z.literal(true) }) },
  refusals: ['forbidden'],
});
