import { handle } from '@rollcall/service-kit/call-context';
import { signIn } from '@rollcall/types/routes/auth/sessions';
import { signInWithPassword } from '../password-sign-in.ts';
import type { Ports } from '../ports.ts';
import { signInAnswer } from '../sessions/sign-in-answer.ts';

export const handleSignIn = (ports: Ports) =>
  handle(signIn, async ({ body, query }, context) => {
    const outcome = await signInWithPassword(ports, body.identifier, body.password, context);
    return signInAnswer(ports, outcome, query, context);
  });
