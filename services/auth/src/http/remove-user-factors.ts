import { answer, handle } from '@rollcall/service-kit/call-context';
import { factorsReset } from '@rollcall/types/events/auth';
import { adminPermission } from '@rollcall/types/permissions';
import { refuse } from '@rollcall/types/problems';
import { removeUserFactors } from '@rollcall/types/routes/auth/second-factors';
import { endSessionsOf } from '../end-sessions.ts';
import { proveFresh } from '../factors/freshness.ts';
import type { Ports } from '../ports.ts';
import { findCredentialOf, holdCredential } from '../store/credentials.ts';
import { deleteSecondFactors } from '../store/second-factors.ts';

/**
 * The way back of whoever has lost their second factor. It weakens an account, so whoever does it proves anew who they
 * are, and nobody below an administrator does it to one.
 */
export const handleRemoveUserFactors = (ports: Ports) =>
  handle(removeUserFactors, async ({ params: { userId } }, context) => {
    const stale = await proveFresh(ports, context);
    if (stale) return stale;
    if (!(await findCredentialOf(ports.connection.db, userId))) return refuse('not_found');
    const isAdministrator = await ports.checkPermission(userId, adminPermission, context.hop);
    if (isAdministrator && !(await context.holds(adminPermission))) {
      return refuse('forbidden', { detail: 'It takes an administrator to do this to an administrator.' });
    }
    const { cause } = context;
    const outcome = await ports.events.transact(async (tx, emit) => {
      await holdCredential(tx, userId);
      const removed = await deleteSecondFactors(tx, userId);
      if (removed === 0) return { removed, revoked: [] };
      await emit(factorsReset, { subject: userId, data: { removed }, cause });
      return { removed, revoked: await endSessionsOf(ports.config, tx, emit, userId, 'all', 'factors_changed', cause) };
    });
    ports.feed.announce(outcome.revoked);
    return answer(200, { removed: outcome.removed, ended: outcome.revoked.length });
  });
