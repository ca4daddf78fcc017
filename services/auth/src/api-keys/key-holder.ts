import type { HopContext } from '@rollcall/service-kit/actor';
import { ServiceUnavailableError } from '@rollcall/service-kit/service-client';
import { isServiceAccountId, sessionId, userId } from '@rollcall/types/ids';
import { isRefusal } from '@rollcall/types/problems';
import type { TokenHolder } from '@rollcall/types/routes/auth/tokens';
import { checkAuthority } from '@rollcall/types/routes/role-permission/internal';
import type { Ports } from '../ports.ts';
import { type ApiKey, useApiKey } from '../store/api-keys.ts';

/** Whom a program acts as that presents the key with this digest, if that one may come in. */
export const findKeyHolder = async (
  ports: Ports,
  digest: string,
  hop: HopContext,
): Promise<TokenHolder | undefined> => {
  const key = await useApiKey(ports.connection.db, digest);
  if (!key || !(await isStillRuled(ports, key, hop))) return undefined;
  return {
    userId: userId.parse(key.ownerId),
    sessionId: sessionId.parse(key.id),
    tokenId: key.id,
    scopes: key.scopes,
    methods: [],
    expiresAt: key.expiresAt.toISOString(),
  };
};

/** A key of a program that has become an administrator since is good for nothing, unless an administrator made it. */
export const isStillRuled = async (
  { client }: Ports,
  { ownerId, createdBy }: ApiKey,
  hop: HopContext,
): Promise<boolean> => {
  if (!isServiceAccountId(ownerId)) return true;
  const body = { actor: userId.parse(createdBy), userId: userId.parse(ownerId) };
  const checked = await client.call(checkAuthority, { body, context: hop });
  if (isRefusal(checked)) throw new ServiceUnavailableError('role-permission', checked.refused);
  return checked.body.mayRule;
};
