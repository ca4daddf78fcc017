import { type Refusal, refuse } from '@rollcall/types/problems';
import { isLinkUri } from '@rollcall/types/redirect-uris';
import { type ClientSettings, clientGrantTypes } from '@rollcall/types/routes/auth/oauth-clients';
import { identityScopes } from '@rollcall/types/scopes';
import { line } from '@rollcall/types/text';
import { z } from 'zod';
import type { OAuthClient } from '../store/oauth-clients.ts';

const link = z.string().max(2_000).refine(isLinkUri, 'must be an https address');
const uris = z.array(z.string().max(2_000)).max(20);

/**
 * What an application may say of itself (RFC 7591 section 2); what else it says is left unread. It signs people in with a
 * code and PKCE, and may ask again for what it was given: nothing in its own name, no keys, no addresses that we call, no picture.
 */
export const clientMetadata = z.object({
  client_name: line({ min: 1, max: 70 }).default('An application without a name'),
  application_type: z.enum(['web', 'native']).default('web'),
  token_endpoint_auth_method: z
    .enum(['client_secret_basic', 'client_secret_post', 'none'])
    .default('client_secret_basic'),
  grant_types: z.array(z.enum(clientGrantTypes)).max(clientGrantTypes.length).default(['authorization_code']),
  response_types: z.array(z.literal('code')).max(1).default(['code']),
  redirect_uris: uris.min(1),
  post_logout_redirect_uris: uris.default([]),
  scope: z.string().max(1_000).default('openid'),
  policy_uri: link.optional(),
  tos_uri: link.optional(),
});
export type ClientMetadata = z.output<typeof clientMetadata>;

/** What every application may say of itself; any other grant it was given, and keeps. */
const ownGrants: readonly string[] = ['authorization_code', 'refresh_token'];

const nothingMore = {
  resources: [],
  serves: [],
  jwks: null,
  jwksUri: null,
  logoUri: null,
  backchannelLogoutUri: null,
  backchannelLogoutSessionRequired: false,
} satisfies Partial<ClientSettings>;

/**
 * The settings that it comes to; what a holder of `clients.manage` has given it beside stays. It gives itself no scope that opens
 * anything, and no other grant.
 *
 * @param given what it is at present
 */
export const settingsFrom = (said: ClientMetadata, given?: ClientSettings): ClientSettings | Refusal => {
  const open = [...identityScopes, ...(given?.scopes ?? [])];
  const names = said.scope.split(' ').filter((name) => name !== '');
  const scopes = open.filter((scope, index) => names.includes(scope) && open.indexOf(scope) === index);
  if (scopes.length < new Set(names).size) return wrong('scope', 'holds what an application may not give itself');
  const kept = (given?.grantTypes ?? []).filter((grant) => !ownGrants.includes(grant));
  if (said.grant_types.some((grant) => !ownGrants.includes(grant) && !kept.includes(grant))) {
    return wrong('grant_types', 'holds what an application may not give itself');
  }
  if (given && given.authMethod !== said.token_endpoint_auth_method) {
    return wrong('token_endpoint_auth_method', 'stays what it was');
  }
  return {
    ...nothingMore,
    ...given,
    name: said.client_name,
    applicationType: said.application_type,
    authMethod: said.token_endpoint_auth_method,
    grantTypes: [...new Set([...said.grant_types, ...kept])],
    redirectUris: said.redirect_uris,
    postLogoutRedirectUris: said.post_logout_redirect_uris,
    scopes,
    policyUri: said.policy_uri ?? null,
    tosUri: said.tos_uri ?? null,
  };
};

const wrong = (name: keyof ClientMetadata, detail: string): Refusal =>
  refuse('invalid_input', { errors: [{ pointer: `/body/${name}`, detail }] });

/** What it is told of itself. */
export const metadataFrom = ({ id, settings, createdAt }: OAuthClient) => ({
  client_id: id,
  client_id_issued_at: Math.floor(createdAt.getTime() / 1_000),
  client_name: settings.name,
  application_type: settings.applicationType,
  token_endpoint_auth_method: settings.authMethod,
  grant_types: settings.grantTypes,
  response_types: ['code'],
  redirect_uris: settings.redirectUris,
  post_logout_redirect_uris: settings.postLogoutRedirectUris,
  scope: settings.scopes.join(' '),
  ...(settings.policyUri === null ? {} : { policy_uri: settings.policyUri }),
  ...(settings.tosUri === null ? {} : { tos_uri: settings.tosUri }),
});
