import { answer, handle } from '@rollcall/service-kit/call-context';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { isRefusal } from '@rollcall/types/problems';
import { signUp } from '@rollcall/types/routes/registration';
import type { Ports } from '../ports.ts';
import { reserveAccount } from './reserve-account.ts';

const sent = answer(202, { status: 'verification_sent' });

export const handleSignUp = (ports: Ports) =>
  handle(signUp, async ({ body }, context) => {
    const reserved = await reserveAccount(
      ports,
      {
        email: body.email,
        username: body.username,
        password: body.password,
        enrolment: {
          profile: body.profile ?? {},
          ...(body.setupToken === undefined ? {} : { setupTokenDigest: digestOf(body.setupToken) }),
        },
      },
      context,
      () => sent,
    );
    return isRefusal(reserved) ? reserved : sent;
  });
