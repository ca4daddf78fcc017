import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { steadyPace } from '@rollcall/service-kit/pace';
import { verificationRequested } from '@rollcall/types/events/registration';
import { resendVerification } from '@rollcall/types/routes/registration';
import type { Ports } from '../ports.ts';
import { findOpenSignUps, type SignUp } from '../store/sign-ups.ts';
import { addVerification, countRepeated, mayAskAgain } from '../store/verifications.ts';

/** Long enough to hide whether a row was written. */
const paceMilliseconds = 100;

/** For one sign-up. */
const mailsAnHour = 5;

/** To one address: sign-ups without end, each with its mails, must not flood a mailbox either. */
const mailsAnHourToAll = 25;

export const handleResendVerification = (ports: Ports) =>
  handle(resendVerification, ({ body }, context) =>
    steadyPace(paceMilliseconds, async () => {
      // All of them: were it the newest alone, a stranger's sign-up of this address could put itself before its owner's.
      for (const signUp of await findOpenSignUps(ports.connection.db, body.email, mailsAnHour)) {
        await mailAgain(ports, signUp, context);
      }
      return answer(202, { status: 'accepted' });
    }),
  );

const mailAgain = async (ports: Ports, { userId, email, username }: SignUp, context: CallContext): Promise<void> => {
  if (!(await mayAskAgain(ports.connection.db, userId, mailsAnHour))) return;
  if ((await countRepeated(ports.connection.db, email)) >= mailsAnHourToAll) return;
  const sealed = await ports.personal.seal(userId, { email, username });
  await ports.events.transact(async (tx, emit) => {
    const requestId = newId();
    await addVerification(tx, requestId, userId);
    const cause = { ...context.cause, actor: userId };
    await emit(verificationRequested, { subject: userId, data: { requestId }, personal: sealed, cause });
  });
};
