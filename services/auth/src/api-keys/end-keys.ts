import type { Transaction } from '@rollcall/database/connect';
import type { Emit } from '@rollcall/events/outbox';
import type { Cause } from '@rollcall/service-kit/actor';
import type { DataOf } from '@rollcall/types/event-definition';
import { apiKeyRevoked } from '@rollcall/types/events/auth';
import { entityId } from '@rollcall/types/ids';
import { deleteApiKeys, deleteApiKeysMade } from '../store/api-keys.ts';

/**
 * Ends keys and tells of it. What a gateway still remembers of them ends by a revocation, as of a session, which the caller
 * adds as the last thing of its transaction.
 *
 * @returns their ids
 */
export const endKeys = async (
  tx: Transaction,
  emit: Emit,
  ownerId: string,
  which: Parameters<typeof deleteApiKeys>[2],
  reason: DataOf<typeof apiKeyRevoked>['reason'],
  cause: Cause,
): Promise<string[]> => {
  const ended = await deleteApiKeys(tx, ownerId, which);
  const told = ended.map((id) => ({ keyId: entityId.parse(id), reason }));
  await emit.several(apiKeyRevoked, { subject: ownerId, cause }, told);
  return ended;
};

/** Ends those of service accounts that somebody has made since a moment, as {@link endKeys} does. */
export const endKeysMade = async (
  tx: Transaction,
  emit: Emit,
  by: string,
  since: Date,
  cause: Cause,
): Promise<string[]> => {
  const ended = await deleteApiKeysMade(tx, by, since);
  for (const { id, ownerId } of ended) {
    const data = { keyId: entityId.parse(id), reason: 'secured' } as const;
    await emit(apiKeyRevoked, { subject: ownerId, data, cause });
  }
  return ended.map(({ id }) => id);
};
