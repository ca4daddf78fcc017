import { answer, handle } from '@rollcall/service-kit/call-context';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { authenticateUser } from '@rollcall/types/routes/auth/sessions';
import { signInWithPassword } from '../password-sign-in.ts';
import type { Ports } from '../ports.ts';
import { isChallenge } from '../sessions/pending-sign-in.ts';

/** The UserService form of signing in: the access token alone, and a session that ends with it. */
export const handleAuthenticateUser = (ports: Ports) =>
  handle(authenticateUser, async ({ body }, context) => {
    const outcome = await signInWithPassword(ports, body.username, body.password, context, 'brief');
    if (isRefusal(outcome)) return outcome;
    return isChallenge(outcome) ? refuse('mfa_required') : answer(200, { token: outcome.accessToken });
  });
