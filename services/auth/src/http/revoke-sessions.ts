import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { refuse } from '@rollcall/types/problems';
import { revokeOtherSessions, revokeSession, revokeUserSessions, signOut } from '@rollcall/types/routes/auth/sessions';
import { endSessionsOf } from '../end-sessions.ts';
import type { Ports } from '../ports.ts';
import { findCredentialOf } from '../store/credentials.ts';
import type { Selection } from '../store/sessions.ts';
import { clearedCookies } from '../tokens/token-answer.ts';

/** Sign out here. */
export const handleSignOut = (ports: Ports) =>
  handle(signOut, async (_, context) => {
    const { userId, sessionId } = context.signedIn;
    const ended = await end(ports, userId, { only: [sessionId] }, 'signed_out', context);
    return answer(200, { ended }, clearedCookies(ports.config));
  });

/** Sign out one other device. */
export const handleRevokeSession = (ports: Ports) =>
  handle(revokeSession, async ({ params }, context) => {
    const only = [params.sessionId];
    const ended = await end(ports, context.signedIn.userId, { only }, 'signed_out_elsewhere', context);
    return ended === 0 ? refuse('not_found') : answer(200, { ended });
  });

/** Sign out everywhere else. */
export const handleRevokeOtherSessions = (ports: Ports) =>
  handle(revokeOtherSessions, async (_, context) => {
    const { userId, sessionId } = context.signedIn;
    return answer(200, { ended: await end(ports, userId, { except: sessionId }, 'signed_out_elsewhere', context) });
  });

/** An administrator signs somebody out everywhere, their programs too. */
export const handleRevokeUserSessions = (ports: Ports) =>
  handle(revokeUserSessions, async ({ params }, context) => {
    if (!(await findCredentialOf(ports.connection.db, params.userId))) return refuse('not_found');
    return answer(200, { ended: await end(ports, params.userId, 'all', 'signed_out_by_administrator', context) });
  });

const end = async (
  ports: Ports,
  userId: string,
  selection: Selection,
  reason: 'signed_out' | 'signed_out_elsewhere' | 'signed_out_by_administrator',
  context: CallContext,
): Promise<number> => {
  const revoked = await ports.events.transact((tx, emit) =>
    endSessionsOf(ports.config, tx, emit, userId, selection, reason, context.cause),
  );
  ports.feed.announce(revoked);
  return revoked.length;
};
