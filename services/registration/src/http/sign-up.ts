import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { ServiceUnavailableError } from '@rollcall/service-kit/service-client';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { signUp } from '@rollcall/types/routes/registration';
import { checkSetupToken } from '@rollcall/types/routes/role-permission/internal';
import type { Ports } from '../ports.ts';
import { reserveAccount } from './reserve-account.ts';

const wrongSetupToken = refuse('invalid_input', {
  errors: [{ pointer: '/body/setupToken', detail: 'is not the set-up token, or there is an administrator already' }],
});

const sent = answer(202, { status: 'verification_sent' });

export const handleSignUp = (ports: Ports) =>
  handle(signUp, async ({ body: { profile = {}, setupToken, password, ...names } }, context) => {
    if (setupToken !== undefined && !(await makesAdministrator(ports, setupToken, context))) return wrongSetupToken;
    const token = setupToken === undefined ? {} : { setupTokenDigest: digestOf(setupToken) };
    return reserveAccount(
      ports,
      { ...names, secret: { password }, enrolment: { profile, ...token } },
      context,
      () => sent,
    );
  });

/** Asked before anything is kept: told only by a mail, somebody who mistyped it would never learn why they are nobody. */
const makesAdministrator = async ({ client }: Ports, setupToken: string, { hop }: CallContext): Promise<boolean> => {
  const asked = await client.call(checkSetupToken, { body: { setupToken }, context: hop });
  if (isRefusal(asked)) throw new ServiceUnavailableError('role-permission', asked);
  return asked.body.valid;
};
