import type { CallContext } from '@rollcall/service-kit/call-context';
import type { Refusal } from '@rollcall/types/problems';
import type { PasskeyAssertion } from '@rollcall/types/routes/auth/passkeys';
import { isProof } from './factors/proof.ts';
import { provePasskey } from './factors/prove-passkey.ts';
import type { Ports } from './ports.ts';
import { reportRefusal } from './report-refusal.ts';
import { startSession } from './sessions/start-session.ts';
import { findCredentialOf } from './store/credentials.ts';
import type { IssuedTokens } from './tokens/token-answer.ts';

/** Whose passkey it has to be, and which session the new one takes the place of. */
export interface Again {
  readonly userId: string;
  readonly replaces: string;
}

/**
 * Begins a session by a passkey alone. Nothing is counted: nobody guesses a signature, and nobody can be kept out by
 * others who try. Undefined when it proves nothing, or the account is disabled.
 */
export const beginByPasskey = async (
  ports: Ports,
  response: PasskeyAssertion,
  context: CallContext,
  again?: Again,
): Promise<IssuedTokens | Refusal | undefined> => {
  const proof = await provePasskey(ports, { purpose: 'sign_in' }, response, context);
  const owner = proof.userId;
  if (owner === undefined) return undefined;
  const report = (reason: Parameters<typeof reportRefusal>[2]) =>
    reportRefusal(ports, { userId: owner }, reason, context);
  if (!isProof(proof)) {
    report(proof.failed);
    return undefined;
  }
  const credential = await findCredentialOf(ports.connection.db, owner);
  if (!credential || (again !== undefined && again.userId !== owner)) return undefined;
  const issued = await startSession(
    ports,
    {
      userId: owner,
      passwordSetAt: credential.changedAt,
      methods: proof.methods,
      kind: 'lasting',
      replaces: again?.replaces,
      alongside: proof.spend,
    },
    context,
  );
  if (!issued) report(credential.disabledAt ? 'disabled' : 'wrong_passkey');
  return issued;
};
