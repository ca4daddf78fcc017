import type { CallContext } from '@rollcall/service-kit/call-context';
import { type Refusal, refuse } from '@rollcall/types/problems';
import { secondFactorsOf } from '../factors/second-factor.ts';
import type { Ports } from '../ports.ts';
import type { IssuedTokens } from '../tokens/token-answer.ts';
import { askForSecondFactor, type Challenge } from './pending-sign-in.ts';
import { type Beginning, startSession } from './start-session.ts';

/**
 * What every way in ends with, once something was proved. Whoever has a second factor is asked for it, and signed in by
 * nothing less, unless what was proved counts for both; a session without a second step is refused to them.
 *
 * @returns undefined when the account was disabled, or has another password, since it was looked at, or when what has to
 * happen alongside did not
 */
export const letIn = async (
  ports: Ports,
  proved: Beginning,
  context: CallContext,
): Promise<IssuedTokens | Challenge | Refusal | undefined> => {
  const factors = proved.methods.includes('mfa') ? [] : await secondFactorsOf(ports.connection.db, proved.userId);
  if (factors.length === 0) return startSession(ports, proved, context);
  return proved.kind === 'brief' ? refuse('mfa_required') : askForSecondFactor(ports, proved, factors);
};
