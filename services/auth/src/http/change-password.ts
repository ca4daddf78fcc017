import { answer, handle } from '@rollcall/service-kit/call-context';
import { passwordChanged } from '@rollcall/types/events/auth';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { changePassword } from '@rollcall/types/routes/auth';
import { endSessionsOf } from '../end-sessions.ts';
import { judgePassword } from '../passwords/password-policy.ts';
import type { Ports } from '../ports.ts';
import { findCredentialOf, holdUsable, setPassword } from '../store/credentials.ts';
import { voidResets } from '../store/password-resets.ts';

export const handleChangePassword = (ports: Ports) =>
  handle(changePassword, async ({ body }, context) => {
    const { userId, sessionId } = context.signedIn;
    // A stolen session may not be used to guess the password without end.
    const wait = await ports.guard.admit(userId, context.hop.ipAddress);
    if (wait !== undefined) return refuse('rate_limited', { retryAfterSeconds: wait });

    const credential = await findCredentialOf(ports.connection.db, userId);
    const verdict = await ports.hasher.verify(credential?.passwordHash, body.current);
    if (isRefusal(verdict)) return verdict;
    if (!credential || !verdict.matches) return refuse('invalid_credentials');
    const weak = await judgePassword(body.password);
    if (weak) return weak;
    const hash = await ports.hasher.hash(body.password);
    if (isRefusal(hash)) return hash;

    const revoked = await ports.events.transact(async (tx, emit) => {
      if (!(await holdUsable(tx, userId, credential.passwordHash))) return undefined;
      await setPassword(tx, userId, hash);
      await voidResets(tx, userId);
      await emit(passwordChanged, { subject: userId, data: { how: 'change' }, cause: context.cause });
      const others = { except: sessionId };
      return endSessionsOf(ports.config, tx, emit, userId, others, 'password_changed', context.cause);
    });
    if (!revoked) return refuse('invalid_credentials');
    ports.feed.announce(revoked);
    await ports.guard.succeeded(userId, context.hop.ipAddress);
    return answer(200, { status: 'changed' });
  });
