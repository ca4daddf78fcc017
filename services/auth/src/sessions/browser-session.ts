import type { CallContext } from '@rollcall/service-kit/call-context';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { cookieNames, readCookie } from '@rollcall/types/cookies';
import { endSessionsOf } from '../end-sessions.ts';
import type { Ports } from '../ports.ts';
import { holdCredential } from '../store/credentials.ts';
import { findSignedIn, findSignedInByRefresh, type SignedIn } from '../store/signed-in.ts';
import type { IssuedTokens } from '../tokens/token-answer.ts';
import { moveApplications } from './move-applications.ts';

/**
 * Whose session this browser has, by our own cookies and as of now. An access token that has just expired ends nothing: the
 * refresh token beside it says the same, and is not used up by looking.
 */
export const findBrowserSession = async (
  { config, connection }: Ports,
  { actor, headers }: CallContext,
): Promise<SignedIn | undefined> => {
  const names = cookieNames(config.secureCookies);
  const [access, refresh] = [names.access, names.refresh].map((name) => readCookie(headers.get('cookie'), name));
  // Whoever sends a token of their own is no browser in front of a person.
  if (headers.has('authorization')) return undefined;
  const idle = config.sessionIdleMilliseconds;
  if (actor && access !== undefined) return findSignedIn(connection.db, idle, actor.sessionId);
  return refresh === undefined ? undefined : findSignedInByRefresh(connection.db, idle, digestOf(refresh));
};

/**
 * Ends the session whose cookies make room for those of a new one: nobody could end it in this browser any more. What
 * applications have by it goes on with the new one, where that is of the same person.
 */
export const endFormerSession = async (ports: Ports, issued: IssuedTokens, context: CallContext): Promise<void> => {
  const former = await findBrowserSession(ports, context);
  if (!former || former.sessionId === issued.sessionId) return;
  const { sessionId, userId } = former;
  const cause = { ...context.cause, actor: userId };
  const revoked = await ports.events.transact(async (tx, emit) => {
    await holdCredential(tx, userId);
    if (userId === issued.userId) await moveApplications(tx, sessionId, issued.sessionId);
    return endSessionsOf(ports.config, tx, emit, userId, { only: [sessionId] }, 'signed_in_anew', cause);
  });
  ports.feed.announce(revoked);
};
