import { z } from 'zod';
import { entityId, instant } from '../../ids.ts';
import { email } from '../../people.ts';
import { defineRoute } from '../../route-definition.ts';
import { line } from '../../text.ts';
import { challenge, cookieChoice, tokens } from './sessions.ts';

const service = 'auth';

/** What a configured provider is called in addresses and in `authType`: never what one of an organization is, a UUID. */
export const configuredProviderId = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, 'must be 1 to 32 lower-case letters, digits and hyphens');

export const providerId = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,34}[a-z0-9])?$/, 'must be 1 to 36 lower-case letters, digits and hyphens');

const providerParams = z.object({ provider: providerId });
const purpose = z.enum(['sign_in', 'link']);

export const listIdentityProviders = defineRoute({
  service,
  operationId: 'listIdentityProviders',
  method: 'GET',
  path: '/v1/identity-providers',
  summary: 'Who else one may sign in by',
  callers: ['public'],
  rate: 'read',
  query: z.strictObject({
    email: email.optional().meta({
      description: 'With those of the organization whose domain the address is of, whether or not it has an account',
    }),
  }),
  responses: {
    200: z.object({
      items: z.array(
        z.object({
          id: providerId,
          name: z.string(),
          /** `redirect` by a page of the provider, `token` by one that the provider gave to an app. */
          kind: z.enum(['redirect', 'token']),
        }),
      ),
    }),
  },
});

export const beginIdentity = defineRoute({
  service,
  operationId: 'beginIdentity',
  method: 'POST',
  path: '/v1/identities/:provider/begin',
  summary: 'Begin to sign in by a provider, or to link one: where to send the browser that asks',
  callers: ['public'],
  rate: 'sign_in',
  params: providerParams,
  body: z.strictObject({
    purpose: purpose.optional(),
    /** The path of our own to come back to; `/` unless told. */
    returnTo: line({ max: 1_000 }).optional(),
  }),
  bodyOptional: true,
  responses: { 201: z.object({ url: z.string(), expiresAt: instant }) },
  refusals: ['not_found', 'unauthenticated', 'reauthentication_required', 'provider_unavailable'],
  cookies: true,
});

/** Printable ASCII, as RFC 6749 appendix A has all of it. */
const printable = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII')
    .optional();

/** What providers send a browser back with; whatever else they say is left unread. */
const providersAnswer = z.object({
  state: printable(512),
  code: printable(4_096),
  iss: printable(1_000),
  error: printable(200),
});

export const completeIdentity = defineRoute({
  service,
  operationId: 'completeIdentity',
  method: 'GET',
  path: '/v1/identities/:provider/callback',
  summary:
    'Where a provider sends the browser back to: goes on to `returnTo`, signed in by cookies, or with `?identity_error=…`',
  callers: ['public'],
  rate: 'sign_in',
  // Its state is good for one use.
  repeatable: false,
  params: providerParams,
  query: providersAnswer,
  responses: { 303: z.undefined() },
  refusals: ['not_found'],
  cookies: true,
});

export const completeIdentityByForm = defineRoute({
  service,
  operationId: 'completeIdentityByForm',
  method: 'POST',
  path: '/v1/identities/:provider/callback',
  summary: 'The same for a provider that sends the browser back with a form: goes on to where it is taken as a query',
  callers: ['public'],
  rate: 'sign_in',
  params: providerParams,
  form: providersAnswer,
  responses: { 303: z.undefined() },
  refusals: ['not_found'],
});

const identity = z.object({
  id: entityId,
  /** The provider by which it came. */
  authType: z.string(),
  issuer: z.string(),
  /** Who they are to the issuer. */
  externalId: z.string(),
  createdAt: instant,
  lastUsedAt: instant.nullable(),
});

export const listIdentities = defineRoute({
  service,
  operationId: 'listIdentities',
  method: 'GET',
  path: '/v1/identities',
  summary: 'What you may sign in by beside a password',
  callers: ['user'],
  rate: 'read',
  responses: { 200: z.object({ items: z.array(identity) }) },
});

export const unlinkIdentity = defineRoute({
  service,
  operationId: 'unlinkIdentity',
  method: 'DELETE',
  path: '/v1/identities/:identityId',
  summary: 'Sign in by it no longer; the last way in stays',
  callers: ['user'],
  rate: 'sign_in',
  params: z.object({ identityId: entityId }),
  responses: { 200: z.object({ removed: z.boolean() }) },
  refusals: ['reauthentication_required', 'last_way_in'],
});

/** Three parts, of which the last may be missing: that is judged, and refused, where it is verified. */
const idToken = z
  .string()
  .max(8_192)
  .regex(/^[\w-]+\.[\w-]+\.[\w-]*$/, 'must be a signed token (RFC 7519)');

export const signInWithFirebase = defineRoute({
  service,
  operationId: 'signInWithFirebase',
  method: 'POST',
  path: '/v1/identities/firebase',
  summary: 'Sign in by an ID token of Firebase; 200 asks for the second factor of whoever has one',
  callers: ['public'],
  rate: 'sign_in',
  query: cookieChoice,
  body: z.strictObject({ idToken }),
  responses: { 201: tokens, 200: challenge },
  refusals: [
    'not_found',
    'invalid_credentials',
    'identity_not_linked',
    'email_not_verified',
    'sign_up_closed',
    'provider_unavailable',
    'hook_unavailable',
  ],
  cookies: true,
});

export const linkFirebase = defineRoute({
  service,
  operationId: 'linkFirebase',
  method: 'POST',
  path: '/v1/identities/firebase/link',
  summary: 'Sign in by an account of Firebase from now on',
  callers: ['user'],
  rate: 'sign_in',
  body: z.strictObject({ idToken }),
  responses: { 201: identity },
  refusals: ['reauthentication_required', 'invalid_credentials', 'identity_taken', 'provider_unavailable'],
});
