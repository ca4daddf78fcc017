import type { CallContext } from '@rollcall/service-kit/call-context';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { secondFactorsOf } from './factors/second-factor.ts';
import type { Ports } from './ports.ts';
import type { RefusedSignIn } from './refused-sign-ins.ts';
import { askForSecondFactor, type Challenge } from './sessions/pending-sign-in.ts';
import { startSession } from './sessions/start-session.ts';
import { type Credential, findCredential, strengthenHash } from './store/credentials.ts';
import type { IssuedTokens } from './tokens/token-answer.ts';

const refused: Refusal = refuse('invalid_credentials');

/**
 * Signs in by identifier and password. Unknown, wrong, unverified and disabled get the same answer after the same
 * work: one look-up and one hash. What is told about a refusal is told later. Whoever has a second factor is asked for
 * it, and signed in by nothing less.
 *
 * @param kind `brief` for a session that ends with its access token; nobody can complete one with a second factor
 */
export const signInWithPassword = (
  ports: Ports,
  identifier: string,
  password: string,
  context: CallContext,
  kind: 'lasting' | 'brief' = 'lasting',
): Promise<IssuedTokens | Challenge | Refusal> => {
  const attempt = async () => {
    const credential = await findCredential(ports.connection.db, identifier);
    const verdict = await ports.hasher.verify(credential?.passwordHash, password, context.hop.ipAddress);
    if (isRefusal(verdict)) return verdict;
    if (!credential || !verdict.matches || credential.disabledAt) {
      reportRefusal(ports, credential, verdict.matches ? 'disabled' : 'wrong_password', context);
      return refused;
    }
    if (verdict.rehash) {
      await strengthenHash(ports.connection.db, credential.userId, credential.passwordHash, verdict.rehash);
    }
    return (await secondStep(ports, credential, kind)) ?? (await begin(ports, credential, context, kind)) ?? refused;
  };
  return ports.guard.attempt({ identifier }, context.hop, attempt, async () =>
    reportRefusal(ports, await findCredential(ports.connection.db, identifier), 'throttled', context),
  );
};

const secondStep = async (
  ports: Ports,
  credential: Credential,
  kind: 'lasting' | 'brief',
): Promise<Challenge | Refusal | undefined> => {
  const factors = await secondFactorsOf(ports.connection.db, credential.userId);
  if (factors.length === 0) return undefined;
  return kind === 'brief' ? refuse('mfa_required') : askForSecondFactor(ports, credential, factors);
};

const begin = (
  ports: Ports,
  { userId, changedAt }: Credential,
  context: CallContext,
  kind: 'lasting' | 'brief',
): Promise<IssuedTokens | undefined> =>
  startSession(ports, { userId, passwordSetAt: changedAt, methods: ['pwd'], kind }, context);

/** Tells the trail of an account, if there is one, that somebody was not let in. */
export const reportRefusal = (
  { refusedSignIns }: Ports,
  credential: Pick<Credential, 'userId'> | undefined,
  reason: RefusedSignIn['reason'],
  { hop, cause, log }: CallContext,
): void => {
  // What was typed is not logged: people type passwords into the wrong field.
  log.info({ factor: reason === 'wrong_code' ? 'mfa' : 'pwd' }, 'a sign-in was refused');
  if (credential)
    refusedSignIns.add({ userId: credential.userId, reason, hop, cause: { ...cause, actor: 'anonymous' } });
};
