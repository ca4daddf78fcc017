import { answer, handle } from '@rollcall/service-kit/call-context';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { signUp } from '@rollcall/types/routes/registration';
import type { Ports } from '../ports.ts';
import { reserveAccount } from './reserve-account.ts';

const sent = answer(202, { status: 'verification_sent' });

export const handleSignUp = (ports: Ports) =>
  handle(signUp, ({ body: { profile = {}, setupToken, ...applicant } }, context) => {
    const token = setupToken === undefined ? {} : { setupTokenDigest: digestOf(setupToken) };
    return reserveAccount(ports, { ...applicant, enrolment: { profile, ...token } }, context, () => sent);
  });
