import { answer, handle } from '@rollcall/service-kit/call-context';
import { isRefusal } from '@rollcall/types/problems';
import { signIn } from '@rollcall/types/routes/auth/sessions';
import { signInWithPassword } from '../password-sign-in.ts';
import type { Ports } from '../ports.ts';
import { isChallenge } from '../sessions/pending-sign-in.ts';
import { tokenAnswer } from '../tokens/token-answer.ts';

export const handleSignIn = (ports: Ports) =>
  handle(signIn, async ({ body, query }, context) => {
    const outcome = await signInWithPassword(ports, body.identifier, body.password, context);
    if (isRefusal(outcome)) return outcome;
    if (isChallenge(outcome)) return answer(200, outcome);
    const tokens = tokenAnswer(ports.config, outcome, query.cookies === 'true');
    return answer(201, tokens.body, tokens.headers);
  });
