import { type Client, errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import type { Config } from '../config.ts';

const listOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

/**
 * The API that a token is asked for (RFC 8707): one of those that the application was registered with, and never ours.
 * What a third party holds would otherwise speak for a person at every route there is.
 */
export const createResourceFinder =
  ({ issuer, accessTokenLifetimeMilliseconds }: Config) =>
  async (_: KoaContextWithOIDC, resource: string, client: Client): Promise<ResourceServer> => {
    const isRegistered = listOf(client.resources).includes(resource);
    if (!isRegistered || new URL(resource).origin === issuer) throw new errors.InvalidTarget();
    return {
      audience: resource,
      scope: typeof client.access_scopes === 'string' ? client.access_scopes : '',
      accessTokenFormat: 'jwt',
      accessTokenTTL: accessTokenLifetimeMilliseconds / 1_000,
      jwt: { sign: { alg: 'ES256' } },
    };
  };
