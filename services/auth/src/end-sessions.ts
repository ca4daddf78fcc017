import type { Transaction } from '@rollcall/database/connect';
import type { Emit } from '@rollcall/events/outbox';
import type { Cause } from '@rollcall/service-kit/actor';
import type { DataOf } from '@rollcall/types/event-definition';
import { type apiKeyRevoked, sessionEnded } from '@rollcall/types/events/auth';
import { sessionId } from '@rollcall/types/ids';
import type { Revocation } from '@rollcall/types/routes/auth/revocations';
import { endKeys } from './api-keys/end-keys.ts';
import type { Config } from './config.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { holdCredential } from './store/credentials.ts';
import { voidMagicLinks } from './store/magic-links.ts';
import { queueLogouts } from './store/oauth-logouts.ts';
import { removeRecordsOfSessions, removeRecordsOfUser } from './store/oauth-records.ts';
import { voidPendingSignIns } from './store/pending-sign-ins.ts';
import { endSessions, type Selection } from './store/sessions.ts';

type Reason = DataOf<typeof sessionEnded>['reason'];

const shutsApplicationsOut: ReadonlySet<Reason> = new Set(['deactivated', 'password_changed', 'secured']);

/** No program goes on in the name of somebody who may not come in, or whose account was somebody else's for a while. */
const keysEndBy: Partial<Record<Reason, DataOf<typeof apiKeyRevoked>['reason']>> = {
  deactivated: 'deactivated',
  secured: 'secured',
  signed_out_by_administrator: 'revoked',
};

/**
 * Ends sessions and revokes the tokens they have out. This is the one place where a token is revoked: whatever ends a
 * session (signing out, a new password, a stolen refresh token, deactivation) comes through here.
 *
 * Whoever ends sessions holds the person's credential first, before any event about the person is emitted: two who end
 * the same sessions then queue up instead of waiting for each other. Let it be the last thing the transaction does, and
 * announce what it returns once that has committed.
 */
export const endSessionsOf = async (
  config: Config,
  tx: Transaction,
  emit: Emit,
  userId: string,
  selection: Selection,
  reason: Reason,
  cause: Cause,
): Promise<Revocation[]> => {
  await holdCredential(tx, userId);
  const ended = await endSessions(tx, userId, selection);
  // What ends all of somebody's sessions leaves none about to begin.
  if (selection === 'all') {
    await voidPendingSignIns(tx, userId);
    await voidMagicLinks(tx, userId);
  }
  await removeRecordsOfSessions(tx, ended);
  await queueLogouts(tx, userId, ended);
  // What applications may keep for longer than a session they may not keep from somebody who has lost the account.
  const tokens = shutsApplicationsOut.has(reason) ? await removeRecordsOfUser(tx, userId) : [];
  const told = ended.map((id) => ({ sessionId: sessionId.parse(id), reason }));
  await emit.several(sessionEnded, { subject: userId, cause }, told);
  const why = keysEndBy[reason];
  const keys = why === undefined ? [] : await endKeys(tx, emit, userId, 'all', why, cause);
  return revokeTokens(config, tx, [...ended, ...keys], tokens);
};
