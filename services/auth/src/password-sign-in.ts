import type { CallContext } from '@rollcall/service-kit/call-context';
import { newId, newSecret } from '@rollcall/service-kit/identity';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { sessionStarted, signInFailed } from '@rollcall/types/events/auth';
import { sessionId } from '@rollcall/types/ids';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { sealOrigin } from './personal-origin.ts';
import type { Ports } from './ports.ts';
import { type Credential, findCredential, holdUsable, strengthenHash } from './store/credentials.ts';
import { insertSession, isNewDevice, type NewSession } from './store/sessions.ts';
import { signAccessToken } from './tokens/access-tokens.ts';
import type { IssuedTokens } from './tokens/token-answer.ts';

const refused: Refusal = refuse('invalid_credentials');

/**
 * Signs in by identifier and password. Unknown, wrong, unverified and disabled get the same answer after the same
 * work: one look-up and one hash. What is written about a refusal is written after the answer.
 */
export const signInWithPassword = (
  ports: Ports,
  identifier: string,
  password: string,
  context: CallContext,
): Promise<IssuedTokens | Refusal> =>
  ports.guard.attempt({ identifier }, context.hop, async () => {
    const credential = await findCredential(ports.connection.db, identifier);
    const verdict = await ports.hasher.verify(credential?.passwordHash, password);
    if (isRefusal(verdict)) return verdict;
    if (!credential || !verdict.matches || credential.disabledAt) {
      ports.afterwards.run('report of a refused sign-in', () =>
        reportFailure(ports, credential, verdict.matches ? 'disabled' : 'wrong_password', context),
      );
      return refused;
    }
    const issued = await startSession(ports, credential, context);
    if (!issued) return refused;
    if (verdict.rehash) {
      await strengthenHash(ports.connection.db, credential.userId, credential.passwordHash, verdict.rehash);
    }
    return issued;
  });

const startSession = async (
  ports: Ports,
  { userId, changedAt }: Credential,
  context: CallContext,
): Promise<IssuedTokens | undefined> => {
  const { config, connection, keys } = ports;
  const now = Date.now();
  const session: NewSession = {
    id: newId(),
    userId,
    methods: ['pwd'],
    authenticatedAt: new Date(now),
    expiresAt: new Date(now + config.sessionLifetimeMilliseconds),
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
    await insertSession(tx, session, digestOf(refreshToken));
    await emit(sessionStarted, {
      subject: userId,
      data: { sessionId: sessionId.parse(session.id), methods: session.methods, newDevice },
      ...origin,
      cause: { ...context.cause, actor: userId },
    });
    return true;
  });
  return started ? { userId, accessToken, refreshToken } : undefined;
};

const reportFailure = async (
  ports: Ports,
  credential: Credential | undefined,
  reason: 'wrong_password' | 'disabled',
  context: CallContext,
): Promise<void> => {
  // Nobody's trail to write it to. What was typed is not logged: people type passwords into the wrong field.
  if (!credential) return context.log.info({ factor: 'pwd' }, 'sign-in to an unknown account refused');
  const { userId } = credential;
  const origin = await sealOrigin(ports, userId, context.hop);
  await ports.events.transact((_, emit) =>
    emit(signInFailed, {
      subject: userId,
      data: { reason },
      ...origin,
      cause: { ...context.cause, actor: 'anonymous' },
    }),
  );
};
