import { answer, handle } from '@rollcall/service-kit/call-context';
import { isRefusal } from '@rollcall/types/problems';
import { signIn } from '@rollcall/types/routes/auth/sessions';
import { signInWithPassword } from '../password-sign-in.ts';
import type { Ports } from '../ports.ts';
import { tokenAnswer } from '../tokens/token-answer.ts';

export const handleSignIn = (ports: Ports) =>
  handle(signIn, async ({ body, query }, context) => {
    const issued = await signInWithPassword(ports, body.identifier, body.password, context);
    if (isRefusal(issued)) return issued;
    const tokens = tokenAnswer(ports.config, issued, query.cookies === 'true');
    return answer(201, tokens.body, tokens.headers);
  });
