import { answer, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { steadyPace } from '@rollcall/service-kit/pace';
import { passwordResetRequested } from '@rollcall/types/events/auth';
import { forgotPassword } from '@rollcall/types/routes/auth/passwords';
import type { Ports } from '../ports.ts';
import { findCredential } from '../store/credentials.ts';
import { addReset, mayAskAgain } from '../store/password-resets.ts';

/** Long enough to hide whether a row was written. */
const paceMilliseconds = 100;

const mailsAnHour = 5;

export const handleForgotPassword = (ports: Ports) =>
  handle(forgotPassword, ({ body }, context) =>
    steadyPace(paceMilliseconds, async () => {
      const credential = await findCredential(ports.connection.db, body.email);
      const mayAsk = credential && !credential.disabledAt;
      if (mayAsk && (await mayAskAgain(ports.connection.db, credential.userId, mailsAnHour))) {
        const { userId } = credential;
        await ports.events.transact(async (tx, emit) => {
          const requestId = newId();
          await addReset(tx, requestId, userId);
          const cause = { ...context.cause, actor: 'anonymous' };
          await emit(passwordResetRequested, { subject: userId, data: { requestId }, cause });
        });
      }
      return answer(202, { status: 'accepted' });
    }),
  );
