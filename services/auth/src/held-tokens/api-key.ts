import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { isServiceAccountId } from '@rollcall/types/ids';
import { endKeys } from '../api-keys/end-keys.ts';
import { findKeyHolder } from '../api-keys/key-holder.ts';
import type { Ports } from '../ports.ts';
import { revokeTokens } from '../revoke-tokens.ts';
import { holdCredential } from '../store/credentials.ts';
import { holdServiceAccount } from '../store/service-accounts.ts';
import type { HeldToken } from './held-token.ts';
import { secondsOf } from './seconds.ts';

export const findKey = async (ports: Ports, key: string): Promise<HeldToken | undefined> => {
  const holder = await findKeyHolder(ports, digestOf(key));
  if (!holder) return undefined;
  const { userId, tokenId, scopes, expiresAt } = holder;
  return {
    said: {
      token_kind: 'api_key',
      token_type: 'Bearer',
      iss: ports.config.issuer,
      sub: userId,
      scope: scopes.join(' '),
      exp: secondsOf(expiresAt),
      jti: tokenId,
    },
    end: async (tx, emit, cause) => {
      if (isServiceAccountId(userId)) await holdServiceAccount(tx, userId);
      else await holdCredential(tx, userId);
      return revokeTokens(ports.config, tx, await endKeys(tx, emit, userId, { keyId: tokenId }, 'revoked', cause));
    },
  };
};
