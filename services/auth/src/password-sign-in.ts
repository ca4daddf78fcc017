import type { CallContext } from '@rollcall/service-kit/call-context';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { authenticateOutside } from './identities/authenticate-outside.ts';
import { signInByIdentity } from './identities/sign-in-by-identity.ts';
import type { Ports } from './ports.ts';
import { reportRefusal } from './report-refusal.ts';
import { letIn } from './sessions/let-in.ts';
import type { Challenge } from './sessions/pending-sign-in.ts';
import { type Credential, findCredential, strengthenHash } from './store/credentials.ts';
import { findIdentity } from './store/identities.ts';
import type { IssuedTokens } from './tokens/token-answer.ts';

const refused: Refusal = refuse('invalid_credentials');

/**
 * Signs in by identifier and password. Unknown, wrong, unverified and disabled get the same answer after the same
 * work: one look-up and one hash, and the same question to whoever keeps passwords outside. What is told about a refusal is
 * told later. Whoever has a second factor is asked for it, and signed in by nothing less.
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
  let forgives = true;
  const outside = async (credential: Credential | undefined) => {
    const known = await authenticateOutside(ports, identifier, password, context.log);
    if (known === undefined || isRefusal(known)) {
      reportRefusal(ports, credential, 'wrong_password', context);
      return known ?? refused;
    }
    const { authType, identified } = known;
    const outcome = await signInByIdentity(ports, authType, identified, context, { methods: ['pwd'], kind });
    // Where somebody else is called so here, it is no reason to forgive guesses at their password.
    const linked = await findIdentity(ports.connection.db, identified);
    forgives = !credential || credential.userId === linked?.userId;
    return outcome;
  };
  const attempt = async () => {
    const credential = await findCredential(ports.connection.db, identifier);
    const verdict = await ports.hasher.verify(credential?.passwordHash, password, context.hop.ipAddress);
    if (isRefusal(verdict)) return verdict;
    if (!credential || !verdict.matches) return outside(credential);
    if (credential.disabledAt) {
      reportRefusal(ports, credential, 'disabled', context);
      return refused;
    }
    if (verdict.rehash && credential.passwordHash) {
      await strengthenHash(ports.connection.db, credential.userId, credential.passwordHash, verdict.rehash);
    }
    const { userId, changedAt } = credential;
    return (await letIn(ports, { userId, passwordSetAt: changedAt, methods: ['pwd'], kind }, context)) ?? refused;
  };
  return ports.guard.attempt({ identifier }, context.hop, attempt, {
    throttled: async () =>
      reportRefusal(ports, await findCredential(ports.connection.db, identifier), 'throttled', context),
    forgives: () => forgives,
  });
};
