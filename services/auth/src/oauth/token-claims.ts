import type { AccessToken, ClientCredentials, KoaContextWithOIDC, UnknownObject } from 'oidc-provider';
import type { Ports } from '../ports.ts';
import { footingClaim, footingOf } from './footing.ts';

/**
 * What our own access tokens say of a sign-in, in those of applications, too (RFC 9068 section 2.2.1). It is of the time
 * when the grant was given, and does not get younger by refreshing.
 */
export const createTokenClaims =
  ({ recordSeal }: Pick<Ports, 'recordSeal'>) =>
  async ({ oidc }: KoaContextWithOIDC, token: AccessToken | ClientCredentials): Promise<UnknownObject | undefined> => {
    const source = oidc.entities.AuthorizationCode ?? oidc.entities.RefreshToken ?? oidc.entities.DeviceCode;
    if (token.kind !== 'AccessToken' || !source) return undefined;
    return {
      sid: source.sid ?? source.sessionUid,
      auth_time: source.authTime,
      acr: source.acr,
      amr: source.amr,
      [footingClaim]: footingOf(recordSeal, token),
    };
  };
