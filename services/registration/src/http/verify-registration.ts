import { answer, handle } from '@rollcall/service-kit/call-context';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { userRegistered } from '@rollcall/types/events/registration';
import { userId } from '@rollcall/types/ids';
import { refuse } from '@rollcall/types/problems';
import { verifyRegistration } from '@rollcall/types/routes/registration';
import { enrolWithin, patienceMilliseconds } from '../enrolment.ts';
import type { Ports } from '../ports.ts';
import { confirmSignUp } from '../store/confirm-sign-up.ts';
import { findSignUp, holdOpenSignUp } from '../store/sign-ups.ts';
import { findVerification, useVerification } from '../store/verifications.ts';

export const handleVerifyRegistration = (ports: Ports) =>
  handle(verifyRegistration, async ({ body }, context) => {
    const tokenDigest = digestOf(body.token);
    const id = await findVerification(ports.connection.db, tokenDigest);
    const signUp = id && (await findSignUp(ports.connection.db, id));
    if (!signUp) return refuse('token_invalid');

    const sealed = await ports.personal.seal(signUp.userId, {
      email: signUp.email,
      username: signUp.username,
      profile: signUp.enrolment.profile,
    });
    const person = await ports.events.transact(async (tx, emit) => {
      const held = await holdOpenSignUp(tx, signUp.userId);
      if (!held || !(await useVerification(tx, tokenDigest)) || !(await confirmSignUp(tx, held))) return undefined;
      await emit(userRegistered, {
        subject: held.userId,
        data: {},
        personal: sealed,
        cause: { ...context.cause, actor: held.userId },
      });
      return held;
    });
    if (!person) return refuse('token_invalid');

    const complete = await enrolWithin(ports, person, patienceMilliseconds, context.hop);
    const verified = userId.parse(person.userId);
    return complete ? answer(200, { userId: verified }) : answer(202, { status: 'completing', userId: verified });
  });
