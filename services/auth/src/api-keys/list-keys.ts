import { decodeCursor, pageOf } from '@rollcall/service-kit/cursor';
import { entityId } from '@rollcall/types/ids';
import { isRefusal, type Refusal } from '@rollcall/types/problems';
import { z } from 'zod';
import type { Ports } from '../ports.ts';
import { listApiKeys } from '../store/api-keys.ts';
import { described } from './make-key.ts';

/** A page of an owner's keys. */
export const listKeysOf = async (
  { connection }: Ports,
  ownerId: string,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
) => {
  const after: readonly [string] | null | Refusal = decodeCursor(cursor, z.tuple([entityId]));
  if (isRefusal(after)) return after;
  const rows = await listApiKeys(connection.db, ownerId, after?.[0] ?? null, limit + 1);
  return pageOf(rows, limit, (row) => [row.id], described);
};
