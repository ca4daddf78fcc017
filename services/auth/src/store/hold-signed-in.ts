import type { Transaction } from '@rollcall/database/connect';
import { holdUsable } from './credentials.ts';
import { isOpen } from './sessions.ts';

/** Somebody, in a session of theirs. */
export interface InSession {
  readonly userId: string;
  readonly sessionId: string;
}

/**
 * Holds the credential of somebody who changes how they sign in, as {@link holdUsable} does, and only as long as the session
 * that they do it in has not ended: a request that was on its way when somebody was thrown out changes nothing any more.
 */
export const holdSignedIn = async (
  tx: Transaction,
  { userId, sessionId }: InSession,
  changedAt?: Date,
): Promise<boolean> => (await holdUsable(tx, userId, 'update', changedAt)) && (await isOpen(tx, sessionId));
