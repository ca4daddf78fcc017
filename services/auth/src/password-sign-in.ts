import type { Cause } from '@rollcall/service-kit/actor';
import type { CallContext } from '@rollcall/service-kit/call-context';
import { newId, newSecret } from '@rollcall/service-kit/identity';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { sessionStarted } from '@rollcall/types/events/auth';
import { sessionId } from '@rollcall/types/ids';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { endSessionsOf } from './end-sessions.ts';
import { sealOrigin } from './personal-origin.ts';
import type { Ports } from './ports.ts';
import type { RefusedSignIn } from './refused-sign-ins.ts';
import { type Credential, findCredential, holdUsable, strengthenHash } from './store/credentials.ts';
import { findSurplusSessions, insertSession, isNewDevice, type NewSession } from './store/sessions.ts';
import { signAccessToken } from './tokens/access-tokens.ts';
import type { IssuedTokens } from './tokens/token-answer.ts';

const refused: Refusal = refuse('invalid_credentials');

/**
 * Signs in by identifier and password. Unknown, wrong, unverified and disabled get the same answer after the same
 * work: one look-up and one hash. What is told about a refusal is told later.
 *
 * @param kind `brief` for a session that ends with its access token, whose refresh token nobody is given
 */
export const signInWithPassword = (
  ports: Ports,
  identifier: string,
  password: string,
  context: CallContext,
  kind: 'lasting' | 'brief' = 'lasting',
): Promise<IssuedTokens | Refusal> => {
  const attempt = async () => {
    const credential = await findCredential(ports.connection.db, identifier);
    const verdict = await ports.hasher.verify(credential?.passwordHash, password, context.hop.ipAddress);
    if (isRefusal(verdict)) return verdict;
    if (!credential || !verdict.matches || credential.disabledAt) {
      report(ports, credential, verdict.matches ? 'disabled' : 'wrong_password', context);
      return refused;
    }
    const issued = await startSession(ports, credential, context, kind);
    if (!issued) return refused;
    if (verdict.rehash) {
      await strengthenHash(ports.connection.db, credential.userId, credential.passwordHash, verdict.rehash);
    }
    return issued;
  };
  return ports.guard.attempt({ identifier }, context.hop, attempt, async () =>
    report(ports, await findCredential(ports.connection.db, identifier), 'throttled', context),
  );
};

const startSession = async (
  ports: Ports,
  { userId, changedAt }: Credential,
  context: CallContext,
  kind: 'lasting' | 'brief',
): Promise<IssuedTokens | undefined> => {
  const { config, connection, keys } = ports;
  const isBrief = kind === 'brief';
  const now = Date.now();
  const session: NewSession = {
    id: newId(),
    userId,
    methods: ['pwd'],
    authenticatedAt: new Date(now),
    expiresAt: new Date(now + (isBrief ? config.accessTokenLifetimeMilliseconds : config.sessionLifetimeMilliseconds)),
    ipAddress: context.hop.ipAddress,
    userAgent: context.hop.userAgent,
  };
  const refreshToken = newSecret();
  const [newDevice, origin, accessToken] = await Promise.all([
    isNewDevice(connection.db, userId, session.userAgent),
    sealOrigin(ports, userId, context.hop),
    signAccessToken(config, keys, session),
  ]);

  const started = await ports.events.transact(async (tx, emit) => {
    if (!(await holdUsable(tx, userId, 'share', changedAt))) return false;
    await insertSession(tx, session, isBrief ? undefined : digestOf(refreshToken));
    await emit(sessionStarted, {
      subject: userId,
      data: { sessionId: sessionId.parse(session.id), methods: session.methods, newDevice },
      ...origin,
      cause: { ...context.cause, actor: userId },
    });
    return true;
  });
  if (!started) return undefined;
  await endSurplusSessions(ports, userId, { ...context.cause, actor: userId });
  return { userId, accessToken, refreshToken };
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

const report = (
  { refusedSignIns }: Ports,
  credential: Credential | undefined,
  reason: RefusedSignIn['reason'],
  { hop, cause, log }: CallContext,
): void => {
  // What was typed is not logged: people type passwords into the wrong field.
  log.info({ factor: 'pwd' }, 'a sign-in was refused');
  if (credential)
    refusedSignIns.add({ userId: credential.userId, reason, hop, cause: { ...cause, actor: 'anonymous' } });
};
