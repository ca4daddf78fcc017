import { keyScopes } from '@rollcall/types/route-scopes';
import { isResource } from '@rollcall/types/routes/auth/oauth-clients';
import { type Client, errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import type { Config } from '../config.ts';

const openHere: ReadonlySet<string> = new Set(keyScopes);

export const listOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

const wordsOf = (value: unknown): readonly string[] => (typeof value === 'string' ? value.split(' ') : []);

/**
 * The API that a token is asked for (RFC 8707): one of those that the application was registered with.
 *
 * For others it is signed, so that they can read it. For this service it says nothing: the gateway asks whose it is, so that
 * it ends when it is taken back, and its scopes open the routes that stand with them and no other. An application that
 * speaks for itself has no rights here; a service account has.
 */
export const createResourceFinder =
  ({ issuer, accessTokenLifetimeMilliseconds }: Config) =>
  async ({ oidc }: KoaContextWithOIDC, resource: string, client: Client): Promise<ResourceServer> => {
    const isOurs = resource === issuer;
    // Judged by the present rules, whatever stood with it once.
    if (!listOf(client.resources).includes(resource) || !isResource(resource, issuer)) throw new errors.InvalidTarget();
    if (isOurs && oidc.params?.grant_type === 'client_credentials') throw new errors.InvalidTarget();
    const scopes = wordsOf(client.access_scopes);
    return {
      audience: resource,
      scope: scopes.filter((scope) => !isOurs || openHere.has(scope)).join(' '),
      accessTokenFormat: isOurs ? 'opaque' : 'jwt',
      accessTokenTTL: accessTokenLifetimeMilliseconds / 1_000,
      jwt: { sign: { alg: 'ES256' } },
    };
  };
