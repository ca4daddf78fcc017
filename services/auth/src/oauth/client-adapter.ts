import { isLinkUri, isRedirectUri } from '@rollcall/types/redirect-uris';
import type { ClientSettings } from '@rollcall/types/routes/auth/oauth-clients';
import { accessScopes, identityScopes } from '@rollcall/types/scopes';
import type { Adapter, AdapterPayload, Client } from 'oidc-provider';
import type { Ports } from '../ports.ts';
import { findClient, findSecretDigests, type OAuthClient } from '../store/oauth-clients.ts';

/** What the provider keeps of a client beside the metadata that it knows itself. */
export const ownMetadata = [
  'secret_digests',
  'resources',
  'serves',
  'access_scopes',
  'self_registered',
  'organization_id',
  'keys_fetched_in',
] as const;

/** For so long at most a key is good that an application has withdrawn from where it has its keys. */
const keysRememberedMilliseconds = 300_000;

/**
 * Clients as the provider wants them. One that is disabled is not there. Addresses are judged by the present rules each
 * time, so that what was stored under older ones opens nothing.
 */
export const createClientAdapter = ({ connection: { db } }: Pick<Ports, 'connection'>): Adapter => {
  const elsewhere = () => Promise.reject(new Error('clients are changed through the API'));
  return {
    find: async (id) => {
      const client = await findClient(db, id);
      if (!client || client.disabledAt !== null) return undefined;
      return metadataOf(client, await findSecretDigests(db, id));
    },
    upsert: elsewhere,
    destroy: elsewhere,
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    consume: elsewhere,
    revokeByGrantId: elsewhere,
  };
};

const metadataOf = (
  { id, settings, registrationDigest, organizationId }: OAuthClient,
  secretDigests: readonly string[],
): AdapterPayload => {
  const allowed = (uris: readonly string[]) => uris.filter((uri) => isRedirectUri(uri, settings.applicationType));
  const redirectUris = allowed(settings.redirectUris);
  const usesCode = settings.grantTypes.includes('authorization_code') && redirectUris.length > 0;
  return {
    client_id: id,
    client_name: settings.name,
    application_type: settings.applicationType,
    token_endpoint_auth_method: settings.authMethod,
    grant_types: settings.grantTypes.filter((grant) => grant !== 'authorization_code' || usesCode),
    response_types: usesCode ? ['code'] : [],
    response_modes: ['query', 'fragment'],
    redirect_uris: redirectUris,
    post_logout_redirect_uris: allowed(settings.postLogoutRedirectUris),
    // Without any, the provider would take it that all are allowed.
    scope: scopesOf(settings, identityScopes) || 'openid',
    // The provider wants to see one; what is presented is compared with the digests.
    ...(needsSecret(settings) ? { client_secret: 'kept as digests' } : {}),
    ...(settings.jwks ? { jwks: settings.jwks } : {}),
    ...(settings.jwksUri && isLinkUri(settings.jwksUri)
      ? {
          jwks_uri: settings.jwksUri,
          // The provider asks for keys that it does not know, and never whether those are still there that it does. Whose
          // metadata has changed it takes for another client, with keys to be fetched.
          keys_fetched_in: Math.floor(Date.now() / keysRememberedMilliseconds),
        }
      : {}),
    ...(settings.logoUri ? { logo_uri: settings.logoUri } : {}),
    ...(settings.policyUri ? { policy_uri: settings.policyUri } : {}),
    ...(settings.tosUri ? { tos_uri: settings.tosUri } : {}),
    ...(settings.backchannelLogoutUri && isLinkUri(settings.backchannelLogoutUri)
      ? {
          backchannel_logout_uri: settings.backchannelLogoutUri,
          backchannel_logout_session_required: settings.backchannelLogoutSessionRequired,
        }
      : {}),
    secret_digests: secretDigests,
    resources: settings.resources,
    serves: settings.serves,
    access_scopes: scopesOf(settings, accessScopes),
    self_registered: registrationDigest !== null,
    organization_id: organizationId,
  };
};

const scopesOf = ({ scopes }: ClientSettings, kind: readonly string[]): string =>
  scopes.filter((scope) => kind.includes(scope)).join(' ');

/** The organization that it belongs to; null for one that is everybody's. */
export const organizationOf = (client: Client | undefined): string | null =>
  typeof client?.organization_id === 'string' ? client.organization_id : null;

/** Does it prove itself with a secret? */
export const needsSecret = ({ authMethod }: Pick<ClientSettings, 'authMethod'>): boolean =>
  authMethod === 'client_secret_basic' || authMethod === 'client_secret_post';
