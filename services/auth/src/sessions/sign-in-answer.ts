import { answer } from '@rollcall/service-kit/call-context';
import { isRefusal, type Refusal } from '@rollcall/types/problems';
import type { Config } from '../config.ts';
import { type IssuedTokens, tokenAnswer } from '../tokens/token-answer.ts';
import { type Challenge, isChallenge } from './pending-sign-in.ts';

/** What whoever signs in is answered: tokens, what is still asked for, or why not. */
export const signInAnswer = (
  config: Config,
  outcome: IssuedTokens | Challenge | Refusal,
  { cookies }: { readonly cookies?: 'true' | 'false' | undefined },
) => {
  if (isRefusal(outcome)) return outcome;
  if (isChallenge(outcome)) return answer(200, outcome);
  const tokens = tokenAnswer(config, outcome, cookies === 'true');
  return answer(201, tokens.body, tokens.headers);
};
