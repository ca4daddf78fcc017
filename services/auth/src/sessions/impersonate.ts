import type { CallContext } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { impersonationStarted } from '@rollcall/types/events/auth';
import { type SessionId, sessionId, type UserId } from '@rollcall/types/ids';
import { type Refusal, refuse } from '@rollcall/types/problems';
import { impersonationScopes } from '@rollcall/types/route-scopes';
import type { Ports } from '../ports.ts';
import { holdUsable } from '../store/credentials.ts';
import { insertSession, isOpen, type NewSession } from '../store/sessions.ts';
import { signAccessToken } from '../tokens/access-tokens.ts';

interface Impersonating {
  readonly sessionId: SessionId;
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/**
 * A session in which somebody else looks at an account as its owner sees it. It reads and changes nothing, cannot be
 * refreshed, and ends with the session of whoever looks, and with their right to look. Its owner finds it among their sessions and may end it.
 */
export const startImpersonation = async (
  { config, keys, personal, events }: Ports,
  userId: UserId,
  { reason, until }: { readonly reason: string; readonly until: number },
  { signedIn, cause }: CallContext,
): Promise<Impersonating | Refusal> => {
  const now = Date.now();
  const lifetime = Math.min(config.accessTokenLifetimeMilliseconds, until - now);
  const session: NewSession = {
    id: newId(),
    userId,
    // How the one who looks has proved who they are.
    methods: signedIn.methods,
    authenticatedAt: new Date(signedIn.authenticatedAt * 1_000),
    expiresAt: new Date(now + lifetime),
    ipAddress: '',
    userAgent: '',
    impersonatedBy: signedIn.userId,
  };
  const data = { sessionId: sessionId.parse(session.id), expiresAt: session.expiresAt.toISOString() };
  const act = { sub: signedIn.userId, sid: signedIn.sessionId };
  const scope = impersonationScopes.join(' ');
  const [sealed, accessToken] = await Promise.all([
    personal.seal(userId, { reason }),
    signAccessToken(config, keys, session, { act, scope }),
  ]);
  const refused = await events.transact(async (tx, emit) => {
    if (!(await isOpen(tx, signedIn.sessionId))) return refuse('token_revoked');
    if (!(await holdUsable(tx, userId, 'share'))) return refuse('not_found');
    await insertSession(tx, session, undefined);
    await emit(impersonationStarted, { subject: userId, data, personal: sealed, cause });
    return undefined;
  });
  return refused ?? { sessionId: data.sessionId, accessToken, expiresIn: Math.floor(lifetime / 1_000) };
};
