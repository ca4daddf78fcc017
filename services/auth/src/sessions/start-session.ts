import type { Transaction } from '@rollcall/database/connect';
import type { Emit } from '@rollcall/events/outbox';
import type { Cause } from '@rollcall/service-kit/actor';
import type { CallContext } from '@rollcall/service-kit/call-context';
import { newId, newSecret } from '@rollcall/service-kit/identity';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { sessionStarted } from '@rollcall/types/events/auth';
import { sessionId } from '@rollcall/types/ids';
import type { Refusal } from '@rollcall/types/problems';
import type { Revocation } from '@rollcall/types/routes/auth/revocations';
import { endSessionsOf } from '../end-sessions.ts';
import { sealOrigin } from '../personal-origin.ts';
import type { Ports } from '../ports.ts';
import { holdUsable } from '../store/credentials.ts';
import { findSurplusSessions, insertSession, isNewDevice, isOpen, type NewSession } from '../store/sessions.ts';
import { signAccessToken } from '../tokens/access-tokens.ts';
import type { IssuedTokens } from '../tokens/token-answer.ts';
import { askAboutSignIn } from './ask-about-sign-in.ts';
import { moveApplications } from './move-applications.ts';

export interface Beginning {
  readonly userId: string;
  /** When the password was set that was proved. */
  readonly passwordSetAt: Date;
  /** RFC 8176. */
  readonly methods: readonly string[];
  /** `brief` for a session that ends with its access token, whose refresh token nobody is given. */
  readonly kind: 'lasting' | 'brief';
  /** The session that it takes the place of. */
  readonly replaces?: string | undefined;
  /** What has to happen with it; no session begins when it answers false. */
  readonly alongside?: (tx: Transaction, emit: Emit) => Promise<boolean>;
}

/**
 * Begins a session, unless a hook is against it; undefined when the account was disabled, or has another password, since it
 * was looked at.
 */
export const startSession = async (
  ports: Ports,
  beginning: Beginning,
  context: CallContext,
): Promise<IssuedTokens | Refusal | undefined> => {
  const refused = await askAboutSignIn(ports, beginning, context);
  if (refused) return refused;
  const { userId, passwordSetAt, methods, kind, replaces, alongside } = beginning;
  const { config, connection, keys } = ports;
  const isBrief = kind === 'brief';
  const now = Date.now();
  const session: NewSession = {
    id: newId(),
    userId,
    methods: [...methods],
    authenticatedAt: new Date(now),
    expiresAt: new Date(now + (isBrief ? config.accessTokenLifetimeMilliseconds : config.sessionLifetimeMilliseconds)),
    ipAddress: context.hop.ipAddress,
    userAgent: context.hop.userAgent,
    impersonatedBy: null,
  };
  const refreshToken = newSecret();
  const [newDevice, isSuspected, origin, accessToken] = await Promise.all([
    isNewDevice(connection.db, userId, session.userAgent),
    // Nobody has lists of what else people sign in by: it is not theirs who share an address with somebody that has one of passwords.
    methods.includes('pwd') && ports.stuffing.suspects(context.hop),
    sealOrigin(ports, userId, context.hop),
    signAccessToken(config, keys, session),
  ]);

  const cause = { ...context.cause, actor: userId };
  const revoked = await ports.events.transact(async (tx, emit): Promise<Revocation[] | undefined> => {
    // Whoever ends a session changes the credential's row first; two who share it would wait for each other.
    if (!(await holdUsable(tx, userId, replaces === undefined ? 'share' : 'update', passwordSetAt))) return undefined;
    if (replaces !== undefined && !(await isOpen(tx, replaces))) return undefined;
    if (alongside && !(await alongside(tx, emit))) return undefined;
    await insertSession(tx, session, isBrief ? undefined : digestOf(refreshToken));
    await emit(sessionStarted, {
      subject: userId,
      data: {
        sessionId: sessionId.parse(session.id),
        methods: session.methods,
        newDevice,
        ...(isSuspected ? { suspected: true } : {}),
      },
      ...origin,
      cause,
    });
    if (replaces === undefined) return [];
    await moveApplications(tx, replaces, session.id);
    return endSessionsOf(config, tx, emit, userId, { only: [replaces] }, 'reauthenticated', cause);
  });
  if (!revoked) return undefined;
  if (revoked.length > 0) ports.feed.announce(revoked);
  await endSurplusSessions(ports, userId, cause);
  return { userId, sessionId: session.id, accessToken, refreshToken };
};

/** Nobody piles sessions up without end: ending them all must stay quick. */
const endSurplusSessions = async (ports: Ports, userId: string, cause: Cause): Promise<void> => {
  const { config, connection, events, feed } = ports;
  const surplus = await findSurplusSessions(connection.db, userId, config.sessionsEach);
  if (surplus.length === 0) return;
  const revoked = await events.transact((tx, emit) =>
    endSessionsOf(config, tx, emit, userId, { only: surplus }, 'too_many', cause),
  );
  feed.announce(revoked);
};
