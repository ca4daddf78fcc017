import { handle } from '@rollcall/service-kit/call-context';
import { refuse } from '@rollcall/types/problems';
import { signInWithPasskey } from '@rollcall/types/routes/auth/passkeys';
import { beginByPasskey } from '../passkey-sign-in.ts';
import type { Ports } from '../ports.ts';
import { signedInAnswer } from '../sessions/sign-in-answer.ts';

export const handleSignInWithPasskey = (ports: Ports) =>
  handle(signInWithPasskey, async ({ body, query }, context) => {
    const outcome = (await beginByPasskey(ports, body.response, context)) ?? refuse('invalid_credentials');
    return signedInAnswer(ports, outcome, query, context);
  });
