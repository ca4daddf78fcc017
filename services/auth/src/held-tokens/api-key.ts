import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { isServiceAccountId } from '@rollcall/types/ids';
import { endKeys } from '../api-keys/end-keys.ts';
import { isStillRuled } from '../api-keys/key-holder.ts';
import type { Ports } from '../ports.ts';
import { revokeTokens } from '../revoke-tokens.ts';
import { useApiKey } from '../store/api-keys.ts';
import { holdCredential } from '../store/credentials.ts';
import { holdServiceAccount } from '../store/service-accounts.ts';
import type { HeldToken } from './held-token.ts';
import { secondsOf } from './seconds.ts';

export const findKey = async (ports: Ports, key: string): Promise<HeldToken | undefined> => {
  const found = await useApiKey(ports.connection.db, digestOf(key));
  if (!found) return undefined;
  const { id, ownerId, scopes, expiresAt } = found;
  return {
    said: {
      token_kind: 'api_key',
      token_type: 'Bearer',
      iss: ports.config.issuer,
      sub: ownerId,
      scope: scopes.join(' '),
      exp: secondsOf(expiresAt),
      jti: id,
    },
    isGood: (hop) => isStillRuled(ports, found, hop),
    end: async (tx, emit, cause) => {
      if (isServiceAccountId(ownerId)) await holdServiceAccount(tx, ownerId);
      else await holdCredential(tx, ownerId);
      return revokeTokens(ports.config, tx, await endKeys(tx, emit, ownerId, { keyId: id }, 'revoked', cause));
    },
  };
};
