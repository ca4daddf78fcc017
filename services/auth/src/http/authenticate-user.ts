import { answer, handle } from '@rollcall/service-kit/call-context';
import { isRefusal } from '@rollcall/types/problems';
import { authenticateUser } from '@rollcall/types/routes/auth/sessions';
import { signInWithPassword } from '../password-sign-in.ts';
import type { Ports } from '../ports.ts';

/** The UserService form of signing in: the access token alone, and a session that ends with it. */
export const handleAuthenticateUser = (ports: Ports) =>
  handle(authenticateUser, async ({ body }, context) => {
    const issued = await signInWithPassword(ports, body.username, body.password, context, 'brief');
    return isRefusal(issued) ? issued : answer(200, { token: issued.accessToken });
  });
