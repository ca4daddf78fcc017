import type { Transaction } from '@rollcall/database/connect';
import type { Emit } from '@rollcall/events/outbox';
import type { Cause } from '@rollcall/service-kit/actor';
import { type ApiKeyKind, apiKeyPrefix, newApiKey } from '@rollcall/service-kit/api-key-format';
import { newId } from '@rollcall/service-kit/identity';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { apiKeyCreated } from '@rollcall/types/events/auth';
import { entityId, userId } from '@rollcall/types/ids';
import { type Refusal, refuse } from '@rollcall/types/problems';
import type { newApiKey as newApiKeyShape } from '@rollcall/types/routes/auth/api-keys';
import type { z } from 'zod';
import { type ApiKey, countApiKeys, insertApiKey } from '../store/api-keys.ts';

/** So many each. */
const most = 50;

/**
 * A key for whoever the transaction holds; shown this once. It ends, at the latest, when whoever makes it may no longer.
 */
export const makeKey = async (
  tx: Transaction,
  emit: Emit,
  kind: ApiKeyKind,
  ownerId: string,
  { name, scopes, expiresInDays }: z.output<typeof newApiKeyShape>,
  { createdBy, until }: { readonly createdBy: string; readonly until: Date | null },
  cause: Cause,
) => {
  if ((await countApiKeys(tx, ownerId)) >= most) return refuse('too_many_keys') satisfies Refusal;
  const key = newApiKey(kind);
  const made = { id: newId(), ownerId, name, prefix: apiKeyPrefix(key), digest: digestOf(key), scopes, createdBy };
  const stored = await insertApiKey(tx, made, { days: expiresInDays, until });
  const data = {
    keyId: entityId.parse(stored.id),
    scopes,
    expiresAt: stored.expiresAt.toISOString(),
    serviceAccount: kind === 'serviceAccount',
  };
  await emit(apiKeyCreated, { subject: ownerId, data, cause });
  return { ...described(stored), key };
};

export const described = ({ id, name, prefix, scopes, createdAt, expiresAt, lastUsedAt, createdBy }: ApiKey) => ({
  id: entityId.parse(id),
  name,
  prefix,
  scopes,
  createdAt: createdAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
  createdBy: userId.parse(createdBy),
});
