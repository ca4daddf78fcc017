import { z } from 'zod';
import { entityId, instant } from '../../ids.ts';
import { page, paging } from '../../paging.ts';
import { isLinkUri, isRedirectUri, redirectUriRule } from '../../redirect-uris.ts';
import { defineRoute } from '../../route-definition.ts';
import { identityScopes, scopeNames } from '../../scopes.ts';
import { line } from '../../text.ts';

const service = 'auth';
const tag = 'OAuth 2.1 and OpenID Connect';

/** Never the form of a person's id: nobody can be taken for an application, nor the other way round. */
export const clientId = z.string().regex(/^client_[A-Za-z0-9_-]{22}$/, 'must be the id of a client');

const link = z.string().max(2_000).refine(isLinkUri, 'must be an https address');
const redirects = z.array(z.string().max(2_000)).max(50);

export const clientGrantTypes = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
] as const;

/** How an application proves that it is itself; `none` where it cannot keep a secret. */
export const clientAuthMethods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] as const;

const base64url = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[A-Za-z0-9_-]+$/, 'must be base64url');
const ofEveryKey = { kid: line({ min: 1, max: 128 }).optional(), use: z.literal('sig').optional() };

/** Public halves alone (RFC 7517): a private one that is sent here is not private any more, and is not taken. */
const publicKey = z.discriminatedUnion('kty', [
  z.strictObject({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: base64url(43),
    y: base64url(43),
    alg: z.literal('ES256').optional(),
    ...ofEveryKey,
  }),
  z.strictObject({
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    x: base64url(43),
    alg: z.enum(['EdDSA', 'Ed25519']).optional(),
    ...ofEveryKey,
  }),
  z.strictObject({
    kty: z.literal('RSA'),
    n: base64url(1_366).min(342, 'must be at least 2048 bits'),
    e: base64url(16),
    alg: z.enum(['RS256', 'PS256']).optional(),
    ...ofEveryKey,
  }),
]);
const keySet = z.strictObject({ keys: z.array(publicKey).min(1).max(10) });

/** What an API is named by (RFC 8707 section 2). How it is reached says {@link isResource}, which knows our own address. */
const resource = z
  .url({ protocol: /^https?$/, error: 'must be an address' })
  .max(2_000)
  .refine((uri) => !uri.includes('#'), 'must be without a fragment');

/** May an application be registered for this API: another one over https, or this one by its own address? */
export const isResource = (uri: string, issuer: string): boolean =>
  new URL(uri).origin === issuer ? uri === issuer : isRedirectUri(uri, 'web');

const fields = {
  name: line({ min: 1, max: 70 }),
  applicationType: z.enum(['web', 'native']),
  authMethod: z.enum(clientAuthMethods),
  grantTypes: z.array(z.enum(clientGrantTypes)).min(1),
  redirectUris: redirects,
  postLogoutRedirectUris: redirects,
  /** What it may ask for at most. */
  scopes: z.array(z.enum(scopeNames)),
  /** The APIs that it may ask for tokens for (RFC 8707): this one, too, by the address that it is reached at. */
  resources: z.array(resource).max(20),
  /** The APIs that it is itself: tokens that came to these it may exchange (RFC 8693) for ones for the APIs above. */
  serves: z.array(resource).max(20),
  /** Public keys of an application that signs what it sends. */
  jwks: keySet.nullable(),
  /** Or where these are, for one that changes them by itself. */
  jwksUri: z.string().max(2_000).nullable(),
  logoUri: link.nullable(),
  policyUri: link.nullable(),
  tosUri: link.nullable(),
  /** Told when a sign-in that it took part in has ended (OpenID Connect Back-Channel Logout). */
  backchannelLogoutUri: z.string().max(2_000).nullable(),
  /** It wants to know which of a person's sign-ins that was; otherwise it ends all of theirs. */
  backchannelLogoutSessionRequired: z.boolean(),
};

/** Everything that is not said has a value that lets the application do less. */
const defaults = {
  applicationType: fields.applicationType.default('web'),
  grantTypes: fields.grantTypes.default(['authorization_code', 'refresh_token']),
  redirectUris: fields.redirectUris.default([]),
  postLogoutRedirectUris: fields.postLogoutRedirectUris.default([]),
  scopes: fields.scopes.default(['openid']),
  resources: fields.resources.default([]),
  serves: fields.serves.default([]),
  jwks: fields.jwks.default(null),
  jwksUri: fields.jwksUri.default(null),
  logoUri: fields.logoUri.default(null),
  policyUri: fields.policyUri.default(null),
  tosUri: fields.tosUri.default(null),
  backchannelLogoutUri: fields.backchannelLogoutUri.default(null),
  backchannelLogoutSessionRequired: fields.backchannelLogoutSessionRequired.default(false),
};

const newClient = z.strictObject({ ...fields, ...defaults });
export type ClientSettings = z.output<typeof newClient>;

/** What is wrong with the settings of a client as a whole: where, and what it must be. */
export const judgeClient = (client: ClientSettings): { readonly pointer: string; readonly detail: string }[] => {
  const wrong = (pointer: string, uris: readonly string[]) =>
    uris.flatMap((uri, index) =>
      isRedirectUri(uri, client.applicationType) ? [] : [{ pointer: `${pointer}/${index}`, detail: redirectUriRule }],
    );
  const uses = (grant: (typeof clientGrantTypes)[number]) => client.grantTypes.includes(grant);
  const unless = (holds: boolean, pointer: string, detail: string) => (holds ? [] : [{ pointer, detail }]);
  return [
    ...wrong('/redirectUris', client.redirectUris),
    ...wrong('/postLogoutRedirectUris', client.postLogoutRedirectUris),
    ...unless(
      client.backchannelLogoutUri === null || isLinkUri(client.backchannelLogoutUri),
      '/backchannelLogoutUri',
      redirectUriRule,
    ),
    ...unless(
      client.backchannelLogoutUri !== null || !client.backchannelLogoutSessionRequired,
      '/backchannelLogoutSessionRequired',
      'must not be true without backchannelLogoutUri',
    ),
    ...unless(
      uses('authorization_code') === client.redirectUris.length > 0,
      '/redirectUris',
      'must be there for authorization_code, and for nothing else',
    ),
    ...unless(
      client.grantTypes.some((grant) => grant !== 'refresh_token'),
      '/grantTypes',
      'must hold more than refresh_token',
    ),
    ...unless(
      !uses('client_credentials') || client.authMethod !== 'none',
      '/authMethod',
      'must not be none for client_credentials',
    ),
    ...unless(
      !uses(clientGrantTypes[4]) || client.authMethod !== 'none',
      '/authMethod',
      'must not be none for token exchange',
    ),
    ...unless(
      uses(clientGrantTypes[4]) === client.serves.length > 0,
      '/serves',
      'must be there for token exchange, and for nothing else',
    ),
    ...unless(
      Number(client.authMethod === 'private_key_jwt') ===
        [client.jwks, client.jwksUri].filter((keys) => keys !== null).length,
      '/jwks',
      'must be there for private_key_jwt, or jwksUri instead, and for nothing else',
    ),
    ...unless(client.jwksUri === null || isLinkUri(client.jwksUri), '/jwksUri', redirectUriRule),
  ];
};

const ofOrganizations: ReadonlySet<(typeof clientGrantTypes)[number]> = new Set([
  'authorization_code',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
]);

/**
 * What an application of an organization may not be: anybody may found one. It signs people in and learns who they are, and
 * names no API, its own or another's, and no address that we call.
 */
export const judgeOrganizationsClient = (
  client: ClientSettings,
): { readonly pointer: string; readonly detail: string }[] => {
  const unless = (holds: boolean, pointer: string, detail: string) => (holds ? [] : [{ pointer, detail }]);
  const nothing = 'must be empty for an application of an organization';
  return [
    ...unless(
      client.grantTypes.every((grant) => ofOrganizations.has(grant)),
      '/grantTypes',
      'must be for people, for an application of an organization',
    ),
    ...unless(
      client.scopes.every((scope) => identityScopes.includes(scope)),
      '/scopes',
      `must be of ${identityScopes.join(', ')} for an application of an organization`,
    ),
    ...unless(client.resources.length === 0, '/resources', nothing),
    ...unless(client.serves.length === 0, '/serves', nothing),
    ...unless(client.jwksUri === null, '/jwksUri', nothing),
    ...unless(client.backchannelLogoutUri === null, '/backchannelLogoutUri', nothing),
  ];
};

const client = z.object({
  id: clientId,
  ...fields,
  enabled: z.boolean(),
  /** Nobody has vouched for it: its people are asked each time. */
  selfRegistered: z.boolean(),
  /** The organization that it belongs to, whose members alone it can sign in; null for one that is everybody's. */
  organizationId: entityId.nullable(),
  createdAt: instant,
});
const byId = { params: z.object({ clientId }) };
const judged = 'admins of the organization that it belongs to';
const managers = { callers: [{ permission: 'clients.manage' }, { judged }], tag } as const;
/** Those of one organization; those of all, and those that belong to none, without. */
const organization = entityId.optional();
/** Shown this once; kept as a digest. */
const secret = z.string();

export const listClients = defineRoute({
  service,
  operationId: 'listClients',
  method: 'GET',
  path: '/v1/oauth/clients',
  summary: 'The applications that may ask people for access',
  ...managers,
  rate: 'read',
  query: z.strictObject({ ...paging, organization }),
  responses: { 200: page(client) },
  refusals: ['forbidden', 'invalid_cursor'],
});

export const createClient = defineRoute({
  service,
  operationId: 'createClient',
  method: 'POST',
  path: '/v1/oauth/clients',
  summary: 'Add an application, of an organization if one is named; its secret is shown this once',
  ...managers,
  rate: 'write',
  query: z.strictObject({ organization }),
  body: newClient,
  responses: { 201: z.object({ ...client.shape, secret: secret.nullable() }) },
  refusals: ['forbidden', 'too_many_clients'],
});

export const readClient = defineRoute({
  service,
  operationId: 'readClient',
  method: 'GET',
  path: '/v1/oauth/clients/:clientId',
  summary: 'One application',
  ...managers,
  rate: 'read',
  ...byId,
  responses: { 200: client },
  refusals: ['forbidden'],
});

export const updateClient = defineRoute({
  service,
  operationId: 'updateClient',
  method: 'PATCH',
  path: '/v1/oauth/clients/:clientId',
  summary: 'Change an application, or disable it: what it holds stops working until it is enabled again',
  ...managers,
  rate: 'write',
  ...byId,
  body: z
    .strictObject({ ...fields, enabled: z.boolean() })
    .omit({ authMethod: true })
    .partial(),
  responses: { 200: client },
  refusals: ['forbidden'],
});

export const deleteClient = defineRoute({
  service,
  operationId: 'deleteClient',
  method: 'DELETE',
  path: '/v1/oauth/clients/:clientId',
  summary: 'Remove an application, and with it everything that it was given',
  ...managers,
  rate: 'write',
  ...byId,
  responses: { 200: z.object({ removed: z.boolean() }) },
  refusals: ['forbidden'],
});

export const rotateClientSecret = defineRoute({
  service,
  operationId: 'rotateClientSecret',
  method: 'POST',
  path: '/v1/oauth/clients/:clientId/secret',
  summary: 'A new secret, shown this once; the one before works for as long as is told',
  ...managers,
  rate: 'write',
  ...byId,
  body: z.strictObject({
    /** 0 for a secret that leaked. */
    overlapSeconds: z.int().min(0).max(604_800).default(86_400),
  }),
  bodyOptional: true,
  responses: { 201: z.object({ secret }) },
  refusals: ['forbidden', 'client_without_secret'],
});
