import type { CallContext } from '@rollcall/service-kit/call-context';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import type { Ports } from './ports.ts';
import { reportRefusal } from './report-refusal.ts';
import { letIn } from './sessions/let-in.ts';
import type { Challenge } from './sessions/pending-sign-in.ts';
import { findCredential, strengthenHash } from './store/credentials.ts';
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
    if (verdict.rehash && credential.passwordHash) {
      await strengthenHash(ports.connection.db, credential.userId, credential.passwordHash, verdict.rehash);
    }
    const { userId, changedAt } = credential;
    return (await letIn(ports, { userId, passwordSetAt: changedAt, methods: ['pwd'], kind }, context)) ?? refused;
  };
  return ports.guard.attempt({ identifier }, context.hop, attempt, async () =>
    reportRefusal(ports, await findCredential(ports.connection.db, identifier), 'throttled', context),
  );
};
