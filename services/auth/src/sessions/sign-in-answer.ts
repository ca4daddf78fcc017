import { answer, type CallContext } from '@rollcall/service-kit/call-context';
import { isRefusal, type Refusal } from '@rollcall/types/problems';
import type { Ports } from '../ports.ts';
import { type IssuedTokens, tokenAnswer } from '../tokens/token-answer.ts';
import { endFormerSession } from './browser-session.ts';
import { type Challenge, isChallenge } from './pending-sign-in.ts';

interface Wish {
  readonly cookies?: 'true' | 'false' | undefined;
}

/** What whoever signs in is answered: tokens, what is still asked for, or why not. */
export const signInAnswer = async (
  ports: Ports,
  outcome: IssuedTokens | Challenge | Refusal,
  wish: Wish,
  context: CallContext,
) =>
  !isRefusal(outcome) && isChallenge(outcome) ? answer(200, outcome) : signedInAnswer(ports, outcome, wish, context);

/** The same where nothing else is asked for. */
export const signedInAnswer = async (
  ports: Ports,
  outcome: IssuedTokens | Refusal,
  { cookies }: Wish,
  context: CallContext,
) => {
  if (isRefusal(outcome)) return outcome;
  const asCookies = cookies === 'true';
  if (asCookies) await endFormerSession(ports, outcome, context);
  const tokens = tokenAnswer(ports.config, outcome, asCookies);
  return answer(201, tokens.body, tokens.headers);
};
