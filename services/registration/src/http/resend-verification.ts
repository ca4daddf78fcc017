import { answer, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { steadyPace } from '@rollcall/service-kit/pace';
import { verificationRequested } from '@rollcall/types/events/registration';
import { resendVerification } from '@rollcall/types/routes/registration';
import type { Ports } from '../ports.ts';
import { findOpenSignUp } from '../store/sign-ups.ts';
import { addVerification } from '../store/verifications.ts';

/** Long enough to hide whether a row was written. */
const paceMilliseconds = 100;

export const handleResendVerification = (ports: Ports) =>
  handle(resendVerification, ({ body }, context) =>
    steadyPace(paceMilliseconds, async () => {
      const signUp = await findOpenSignUp(ports.connection.db, body.email);
      if (signUp) {
        const { userId, email, username } = signUp;
        const sealed = await ports.personal.seal(userId, { email, username });
        await ports.events.transact(async (tx, emit) => {
          const requestId = newId();
          await addVerification(tx, requestId, userId);
          const cause = { ...context.cause, actor: userId };
          await emit(verificationRequested, { subject: userId, data: { requestId }, personal: sealed, cause });
        });
      }
      return answer(202, { status: 'accepted' });
    }),
  );
