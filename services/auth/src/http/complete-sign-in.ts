import { type CallContext, handle } from '@rollcall/service-kit/call-context';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { cookieNames, readCookie } from '@rollcall/types/cookies';
import { type Refusal, refuse } from '@rollcall/types/problems';
import { completeSignIn } from '@rollcall/types/routes/auth/second-factors';
import { isProof } from '../factors/proof.ts';
import { type PresentedFactor, proveSecondFactor } from '../factors/second-factor.ts';
import type { Ports } from '../ports.ts';
import { reportRefusal } from '../report-refusal.ts';
import { signedInAnswer } from '../sessions/sign-in-answer.ts';
import { type Beginning, startSession } from '../sessions/start-session.ts';
import {
  closePendingSignIn,
  holdPendingSignIn,
  type PendingSignIn,
  tryPendingSignIn,
} from '../store/pending-sign-ins.ts';
import type { IssuedTokens } from '../tokens/token-answer.ts';

export const handleCompleteSignIn = (ports: Ports) =>
  handle(completeSignIn, async ({ body, query }, context) => {
    const { mfa } = cookieNames(ports.config.secureCookies);
    const mfaToken = body.mfaToken ?? readCookie(context.headers.get('cookie'), mfa);
    const pending = mfaToken && (await tryPendingSignIn(ports.connection.db, digestOf(mfaToken)));
    if (!pending) return refuse('sign_in_expired');
    // Counted for the person, too: whoever knows the password could begin anew again and again.
    const whose = { factorsOf: pending.userId };
    const issued = await ports.guard.attempt(whose, context.hop, () => complete(ports, pending, body, context));
    return signedInAnswer(ports, issued, body.mfaToken === undefined ? { cookies: 'true' } : query, context);
  });

const complete = async (
  ports: Ports,
  pending: PendingSignIn,
  presented: PresentedFactor,
  context: CallContext,
): Promise<IssuedTokens | Refusal> => {
  const { tokenDigest, userId, methods, passwordSetAt, replaces } = pending;
  const proof = await proveSecondFactor(ports, pending, presented, context);
  if (isProof(proof)) {
    const beginning = {
      userId,
      passwordSetAt,
      methods: [...methods, ...proof.methods],
      kind: 'lasting',
      replaces: replaces ?? undefined,
      // A code that somebody else just used leaves the sign-in open for another one.
      alongside: async (tx, emit) =>
        (await holdPendingSignIn(tx, tokenDigest)) &&
        (await proof.spend(tx, emit)) &&
        (await closePendingSignIn(tx, tokenDigest)),
    } satisfies Beginning;
    const issued = await startSession(ports, beginning, context);
    if (issued) return issued;
  }
  reportRefusal(ports, { userId }, isProof(proof) ? 'wrong_code' : proof.failed, context);
  return refuse('invalid_credentials');
};
