import { answer, handle } from '@rollcall/service-kit/call-context';
import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { passwordChanged } from '@rollcall/types/events/auth';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { resetPassword } from '@rollcall/types/routes/auth/passwords';
import { endSessionsOf } from '../end-sessions.ts';
import { hashNewPassword } from '../passwords/hash-new-password.ts';
import { ownWordsOf } from '../passwords/password-policy.ts';
import type { Origin } from '../passwords/sign-in-guard.ts';
import type { Ports } from '../ports.ts';
import { type Credential, findCredentialOf, holdUsable, setPassword } from '../store/credentials.ts';
import { findReset, useReset, voidResets } from '../store/password-resets.ts';

export const handleResetPassword = (ports: Ports) =>
  handle(resetPassword, async ({ body }, context) => {
    const tokenDigest = digestOf(body.token);
    const userId = await findReset(ports.connection.db, tokenDigest);
    if (!userId) return refuse('token_invalid');
    const credential = await findCredentialOf(ports.connection.db, userId);
    const weak = await ports.judgePassword(body.password, ownWordsOf(credential));
    if (weak) return weak;
    const hash = await hashNewPassword(ports, userId, body.password, context.hop.ipAddress);
    // Whoever else presented the same link may have set this very password a moment ago.
    if (isRefusal(hash)) return (await findReset(ports.connection.db, tokenDigest)) ? hash : refuse('token_invalid');

    const cause = { ...context.cause, actor: userId };
    const revoked = await ports.events.transact(async (tx, emit) => {
      if (!(await holdUsable(tx, userId, 'update')) || !(await useReset(tx, tokenDigest))) return undefined;
      await setPassword(tx, userId, hash, ports.config.passwordsRemembered);
      await voidResets(tx, userId);
      await emit(passwordChanged, { subject: userId, data: { how: 'reset' }, cause });
      // Whoever knew the old password may still be signed in somewhere.
      return endSessionsOf(ports.config, tx, emit, userId, 'all', 'password_changed', cause);
    });
    if (!revoked) return refuse('token_invalid');
    ports.feed.announce(revoked);
    await forgiveMisses(ports, userId, credential, context.hop);
    return answer(200, { status: 'changed' });
  });

/** The mailbox has proved whose account it is: what strangers guessed before must not keep the owner out. */
const forgiveMisses = async (
  { guard }: Ports,
  userId: string,
  credential: Credential | undefined,
  origin: Origin,
): Promise<void> => {
  const identifiers = [credential?.emailKey, credential?.usernameKey].filter((one) => typeof one === 'string');
  await Promise.all([
    guard.forgive({ userId }, origin),
    ...identifiers.map((identifier) => guard.forgive({ identifier }, origin)),
  ]);
};
