import { answer, handle } from '@rollcall/service-kit/call-context';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { signInWithPasskey } from '@rollcall/types/routes/auth/passkeys';
import { beginByPasskey } from '../passkey-sign-in.ts';
import type { Ports } from '../ports.ts';
import { tokenAnswer } from '../tokens/token-answer.ts';

export const handleSignInWithPasskey = (ports: Ports) =>
  handle(signInWithPasskey, async ({ body, query }, context) => {
    const issued = (await beginByPasskey(ports, body.response, context)) ?? refuse('invalid_credentials');
    if (isRefusal(issued)) return issued;
    const tokens = tokenAnswer(ports.config, issued, query.cookies === 'true');
    return answer(201, tokens.body, tokens.headers);
  });
